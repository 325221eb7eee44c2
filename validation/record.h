#pragma once
/// What a validation program compared: a line per row on stdout and, with --record FILE, a JSON document for `spongiosa validate`.

#include "core/json.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>

namespace spongiosa::validation {

/// How far a value may be from its reference.
struct Limit {
  enum class Kind { kRelative, kAbsolute, kAtMost };
  Kind kind;
  double value;
};
inline Limit relative(double fraction) { return {Limit::Kind::kRelative, fraction}; }
inline Limit absolute(double difference) { return {Limit::Kind::kAbsolute, difference}; }

class Record {
 public:
  /// Takes `--record FILE` out of the words.
  Record(int& count, char** words) {
    int kept = 1;
    for (int w = 1; w < count; ++w)
      if (std::string(words[w]) == "--record" && w + 1 < count) file_ = words[++w];
      else words[kept++] = words[w];
    count = kept;
    std::printf("%-4s %-52s %12s %12s %-6s %11s  %-10s %s\n", "", "quantity", "ours", "reference", "unit", "difference", "limit", "source");
  }

  /// @return whether the value is within its limit; if not, the validation fails.
  bool judge(const std::string& quantity, const std::string& unit, double value, double reference, const Limit& limit, const std::string& source) {
    const bool good = within(value, reference, limit);
    failures_ += !good;
    add(good ? "pass" : "fail", quantity, unit, value, reference, limit, source);
    return good;
  }
  /// A difference, an error, a time: itself at most `most`.
  bool judge_at_most(const std::string& quantity, const std::string& unit, double value, double most, const std::string& source) {
    return judge(quantity, unit, value, most, {Limit::Kind::kAtMost, most}, source);
  }
  /// An aim, or a figure that somebody stated and that need not be right: "near" or "off", never a failure.
  bool tell(const std::string& quantity, const std::string& unit, double value, double reference, const Limit& limit, const std::string& source) {
    const bool near = within(value, reference, limit);
    add(near ? "near" : "off", quantity, unit, value, reference, limit, source);
    return near;
  }
  /// What the reader has to know about the rows.
  void remark(const std::string& sentence) {
    std::printf("     %s\n", sentence.c_str());
    remarks_.push_back(sentence);
  }

  int failures() const { return failures_; }
  /// Writes the file. @return the exit code
  int finish() const {
    std::printf("%d beyond their limits\n", failures_);
    if (!file_.empty())
      write_json(file_, {{"format", "spongiosa-validation-record"}, {"version", 1}, {"failures", failures_}, {"rows", rows_}, {"remarks", remarks_}});
    return failures_ > 0 ? 1 : 0;
  }

 private:
  static double difference(double value, double reference, const Limit& limit) {
    return limit.kind == Limit::Kind::kRelative ? value / reference - 1.0 : limit.kind == Limit::Kind::kAbsolute ? value - reference : value;
  }
  static bool within(double value, double reference, const Limit& limit) {
    const double d = difference(value, reference, limit);
    return limit.kind == Limit::Kind::kAtMost ? d <= limit.value : std::abs(d) <= limit.value;
  }

  void add(const char* verdict, const std::string& quantity, const std::string& unit, double value, double reference, const Limit& limit,
           const std::string& source) {
    const double d = difference(value, reference, limit);
    const bool share = limit.kind == Limit::Kind::kRelative;
    const auto text = [&](double x, const char* format) { return share ? fmt::format("{:.3g} %", 100.0 * x) : fmt::format(fmt::runtime(format), x); };
    std::printf("%-4s %-52s %12.6g %12.6g %-6s %11s  %-10s %s\n", verdict, quantity.c_str(), value, reference, unit.c_str(),
                limit.kind == Limit::Kind::kAtMost ? "" : text(d, "{:+.3g}").c_str(), text(limit.value, "{:.3g}").c_str(), source.c_str());
    std::fflush(stdout);
    Json row = {{"quantity", quantity}, {"unit", unit}, {"value", value}, {"reference", reference}};
    row["comparison"] = share ? "relative" : limit.kind == Limit::Kind::kAbsolute ? "absolute" : "at most";
    row["difference"] = d;
    row["limit"] = limit.value;
    // 1: exact; 0: at the limit; negative: beyond it.
    row["margin"] = limit.value > 0.0 ? Json(1.0 - std::abs(d) / limit.value) : Json();
    row["verdict"] = verdict;
    row["source"] = source;
    rows_.push_back(row);
  }

  std::filesystem::path file_;
  Json rows_ = Json::array(), remarks_ = Json::array();
  int failures_ = 0;
};

}  // namespace spongiosa::validation
