#include "core/threads.h"

#include <tbb/global_control.h>

#include <memory>
#include <thread>

namespace spongiosa {

namespace {
int current_count = 0;
std::unique_ptr<tbb::global_control> control;
}  // namespace

void set_thread_count(int count) {
  current_count = count > 0 ? count : int(std::thread::hardware_concurrency());
  control = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, std::size_t(current_count));
}

int thread_count() {
  if (current_count == 0) set_thread_count(0);
  return current_count;
}

}  // namespace spongiosa
