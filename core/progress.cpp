#include "core/progress.h"

#include "core/error.h"

#include <algorithm>
#include <atomic>

namespace spongiosa {

namespace {
std::atomic<bool> cancel_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "request_cancel must be safe in a signal handler");
}  // namespace

void request_cancel() noexcept { cancel_flag = true; }
bool cancel_requested() noexcept { return cancel_flag; }
void reset_cancel() noexcept { cancel_flag = false; }

void throw_if_cancelled() {
  if (cancel_flag) throw Error(ExitCode::kCancelled, "cancelled; finished stages are kept, the next run goes on from there");
}

void Progress::report(double fraction, const std::string& message) const {
  throw_if_cancelled();
  if (sink_) sink_(from_ + (to_ - from_) * std::clamp(fraction, 0.0, 1.0), message);
}

Progress Progress::part(double from, double to) const {
  Progress child = *this;
  child.from_ = from_ + (to_ - from_) * from;
  child.to_ = from_ + (to_ - from_) * to;
  return child;
}

}  // namespace spongiosa
