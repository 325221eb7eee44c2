#pragma once
/// Progress and cancellation of long operations.

#include <functional>
#include <string>

namespace spongiosa {

/// Asks every running operation to stop; safe to call from a signal handler and from any thread.
void request_cancel() noexcept;
bool cancel_requested() noexcept;
/// For tests only: forget an earlier request.
void reset_cancel() noexcept;
/// Throws Error(kCancelled) when a cancel was requested.
void throw_if_cancelled();

/// Passed as last argument to every operation that can take longer than a second.
/// `report` also is the cancellation point: it throws Error(kCancelled) when a cancel was requested.
class Progress {
 public:
  /// fraction in [0,1] (monotone within one operation), message what is being done now.
  using Sink = std::function<void(double fraction, const std::string& message)>;

  Progress() = default;  ///< reports to nobody, still cancels
  explicit Progress(Sink sink) : sink_(std::move(sink)) {}

  void report(double fraction, const std::string& message) const;
  /// A part of this operation that covers [from,to] of it.
  Progress part(double from, double to) const;

 private:
  Sink sink_;
  double from_ = 0.0;
  double to_ = 1.0;
};

}  // namespace spongiosa
