#pragma once
/// Three small stages that count their runs: make -> double -> sum, as the engine sees real ones.

#include "core/error.h"
#include "core/file.h"
#include "core/progress.h"
#include "workflow/engine.h"

#include <map>
#include <string>
#include <vector>

namespace spongiosa::workflow::fake {

inline std::map<std::string, int> runs;      // by verb
inline std::string fail_in;                  // verb of the stage that fails half-way
inline std::string cancel_in;                // ... or is cancelled
inline std::string external = "scan-1";
inline double memory_bytes = 1000.0;
inline bool make_nan = false;

inline void step(StageContext& context, const std::string& verb, const std::string& text) {
  ++runs[verb];
  const auto inside = context.folder / (verb + ".txt"), outside = context.out / verb / "print.txt";
  write_text_file(inside, text);
  context.manifest.output(inside, "text");
  write_text_file(outside, text);
  context.manifest.output(outside, "print file");
  if (fail_in == verb) fail_computation("{} did not converge", verb);
  if (cancel_in == verb) request_cancel();
  context.progress.report(0.5, "half");
  context.manifest.results()["value"] = make_nan ? std::nan("") : double(text.size());
}

inline const std::vector<Stage>& stages() {
  static const std::vector<Stage> list = [] {
    Stage make{.id = "01_make", .verb = "make", .title = "Make"};
    make.parameters = {"lattice.porosity_fraction"};
    make.external_hash = [](const StageContext&) { return external; };
    make.run = [](StageContext& context) {
      // Rounded, so that a small change of the parameter leaves the result as it was.
      step(context, "make", std::string(std::size_t(10 * context.design.number("lattice.porosity_fraction")), 'x'));
    };
    Stage twice{.id = "02_double", .verb = "double", .title = "Double"};
    twice.parameters = {"solve"};
    twice.upstream = {"01_make"};
    twice.precheck = [](const Case& design) {
      if (design.text("lattice.cell") == "unknown") fail_input("lattice.cell is unknown");
    };
    twice.estimate = [](const StageContext& context) {
      return Json{{"voxels", 2.0 * context.results_of("01_make").at("value").get<double>()}, {"memory_bytes", memory_bytes}};
    };
    twice.run = [](StageContext& context) {
      const std::string text = read_text_file(context.stage_folder("01_make") / "make.txt");
      step(context, "double", text + text);
    };
    Stage sum{.id = "03_sum", .verb = "sum", .title = "Sum"};
    sum.upstream = {"01_make", "02_double"};
    sum.run = [](StageContext& context) {
      step(context, "sum", std::to_string(context.results_of("01_make").at("value").get<double>() +
                                          context.results_of("02_double").at("value").get<double>()));
    };
    return std::vector<Stage>{make, twice, sum};
  }();
  return list;
}

inline void reset() {
  runs.clear();
  fail_in.clear();
  cancel_in.clear();
  external = "scan-1";
  memory_bytes = 1000.0;
  make_nan = false;
  reset_cancel();
}

}  // namespace spongiosa::workflow::fake
