#pragma once
/// Progress of a run on stderr: a bar on a terminal, lines elsewhere, or one JSON object per line for programs.

#include "workflow/engine.h"

#include <chrono>
#include <mutex>
#include <string>

namespace spongiosa::cli {

enum class ProgressMode { kBar, kPlain, kJsonLines, kNone };
/// @param name  auto, bar, plain, jsonl or none. auto: bar on a terminal that can move its cursor, else plain.
ProgressMode progress_mode(const std::string& name, bool quiet);

class ProgressDisplay {
 public:
  explicit ProgressDisplay(ProgressMode mode) : mode_(mode) {}
  ~ProgressDisplay() { clear_bar(); }

  void stage_begins(const std::string& verb, const std::string& title, const std::string& reason, std::size_t position,
                    std::size_t count);
  /// Callable from any thread; drawn at most ten times a second.
  void update(const std::string& verb, double fraction, const std::string& message);
  void stage_ended(const std::string& verb, const std::string& state, double wall_s, double peak_memory_mib);
  void clear_bar();

  /// Draws what the engine tells. This object must outlive the observer.
  workflow::EngineObserver observer();

 private:
  using Clock = std::chrono::steady_clock;
  void draw_bar(const std::string& verb, double fraction, const std::string& message, double remaining_s);

  const ProgressMode mode_;
  std::mutex mutex_;
  Clock::time_point begin_ = Clock::now(), drawn_ = {};
  double drawn_fraction_ = 0.0;
  std::string drawn_message_;
  std::size_t position_ = 0, count_ = 0;
  bool bar_on_screen_ = false;
};

}  // namespace spongiosa::cli
