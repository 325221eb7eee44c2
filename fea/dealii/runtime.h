#pragma once
/// Starts what deal.II needs, once per process and only when finite elements run.

#include "core/error.h"

#include <exception>

namespace spongiosa::fea {

/// MPI (a single process, no launcher needed) and the thread limit of core/threads.h. Thread-safe.
void start_dealii();

/// Runs `work` with deal.II started; exceptions of deal.II and Trilinos become Error(kComputationFailed).
template <class Work>
void run_with_dealii(const char* what, const Work& work) {
  start_dealii();
  try {
    work();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    fail_computation("{} does not fit into memory; use larger cells", what);
  } catch (const std::exception& error) {
    fail_computation("{} failed inside the finite element library: {}", what, error.what());
  }
}

}  // namespace spongiosa::fea
