#include "cli/progress_display.h"

#include "core/json.h"
#include "core/text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace spongiosa::cli {

namespace {

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

/// Time left at the present speed; negative when nothing can be said yet.
double remaining(double elapsed_s, double fraction) {
  return fraction > 0.05 && elapsed_s > 2.0 ? elapsed_s * (1.0 - fraction) / fraction : -1.0;
}

double seconds_since(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - time).count();
}

void json_line(const Json& event) { std::fprintf(stderr, "%s\n", event.dump().c_str()); }

double rounded(double value) { return std::round(value * 1000.0) / 1000.0; }

}  // namespace

ProgressMode progress_mode(const std::string& name, bool quiet) {
  if (name == "bar") return ProgressMode::kBar;
  if (name == "plain") return ProgressMode::kPlain;
  if (name == "jsonl") return ProgressMode::kJsonLines;
  if (name == "none" || quiet) return ProgressMode::kNone;
  const char* term = std::getenv("TERM");
  const bool dumb = !term || std::string(term) == "dumb";
  return isatty(STDERR_FILENO) && !dumb ? ProgressMode::kBar : ProgressMode::kPlain;
}

void ProgressDisplay::stage_begins(const std::string& verb, const std::string& title, const std::string& reason,
                                   std::size_t position, std::size_t count) {
  const std::lock_guard lock(mutex_);
  begin_ = Clock::now();
  drawn_ = {};
  drawn_fraction_ = 0.0;
  drawn_message_.clear();
  position_ = position;
  count_ = count;
  if (mode_ == ProgressMode::kJsonLines)
    json_line({{"event", "begin"}, {"stage", verb}, {"reason", reason}, {"position", position}, {"count", count}});
  else if (mode_ == ProgressMode::kPlain && count > 0)
    std::fprintf(stderr, "[%zu/%zu] %s (%s)\n", position, count, title.c_str(), reason.c_str());
}

void ProgressDisplay::update(const std::string& verb, double fraction, const std::string& message) {
  if (mode_ == ProgressMode::kNone) return;
  const std::lock_guard lock(mutex_);
  const double elapsed = seconds_since(begin_), since_drawn = seconds_since(drawn_);
  const double left = remaining(elapsed, fraction);
  if (mode_ == ProgressMode::kPlain) {
    // Lines stay on the screen: only what is new, and not for work that is over at once.
    const bool news = fraction >= drawn_fraction_ + 0.25 || (message != drawn_message_ && since_drawn > 5.0) || since_drawn > 30.0;
    if (elapsed < 2.0 || !news) return;
    std::fprintf(stderr, "  %3.0f %%  %s%s\n", 100.0 * fraction, message.c_str(),
                 left < 0.0 ? "" : (", about " + human_seconds(left) + " left").c_str());
  } else {
    if (since_drawn < 0.1) return;
    if (mode_ == ProgressMode::kBar) {
      draw_bar(verb, fraction, message, left);
    } else {
      Json event = {{"event", "progress"}, {"stage", verb}, {"fraction", rounded(fraction)}, {"message", message},
                    {"elapsed_s", rounded(elapsed)}};
      event["remaining_s"] = left < 0.0 ? Json() : Json(rounded(left));
      json_line(event);
    }
  }
  drawn_ = Clock::now();
  drawn_fraction_ = fraction;
  drawn_message_ = message;
}

void ProgressDisplay::draw_bar(const std::string& verb, double fraction, const std::string& message, double remaining_s) {
  constexpr int kWidth = 20;
  const int filled = std::clamp(int(fraction * kWidth), 0, kWidth);
  std::string line = count_ > 0 ? fmt::format("[{}/{}] ", position_, count_) : "";
  line += fmt::format("{:<8} [{}{}] {:3.0f} %  {}", verb, std::string(std::size_t(filled), '#'),
                      std::string(std::size_t(kWidth - filled), '.'), 100.0 * fraction, message);
  if (remaining_s >= 0.0) line += ", " + human_seconds(remaining_s) + " left";
  const auto columns = std::size_t(terminal_columns() - 1);
  if (line.size() > columns) line.resize(columns);
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
  bar_on_screen_ = true;
}

void ProgressDisplay::clear_bar() {
  if (!bar_on_screen_) return;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
  bar_on_screen_ = false;
}

void ProgressDisplay::stage_ended(const std::string& verb, const std::string& state, double wall_s, double peak_memory_mib) {
  const std::lock_guard lock(mutex_);
  clear_bar();
  if (mode_ == ProgressMode::kJsonLines) {
    json_line({{"event", "end"}, {"stage", verb}, {"state", state}, {"wall_s", rounded(wall_s)},
               {"peak_memory_mib", std::round(peak_memory_mib)}});
  } else if (mode_ != ProgressMode::kNone) {
    const std::string cost =
        wall_s > 0.0 ? fmt::format(" in {}, {}", human_seconds(wall_s), human_bytes(peak_memory_mib * 1048576.0)) : "";
    std::fprintf(stderr, "  %-8s %s%s\n", verb.c_str(), state.c_str(), cost.c_str());
  }
}

workflow::EngineObserver ProgressDisplay::observer() {
  using workflow::StageStatus;
  return {.stage_begins = [this](const StageStatus& status, std::size_t position,
                                 std::size_t count) { stage_begins(status.stage->verb, status.stage->title, status.reason, position, count); },
          .progress = [this](const StageStatus& status, double fraction,
                             const std::string& message) { update(status.stage->verb, fraction, message); },
          .stage_ended =
              [this](const StageStatus& status) {
                stage_ended(status.stage->verb, to_string(status.state), status.wall_s, status.peak_memory_mib);
              }};
}

}  // namespace spongiosa::cli
