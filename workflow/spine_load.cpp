#include "workflow/spine_load.h"

namespace spongiosa::workflow {

SpineLoad spine_load(const Case& design) {
  const std::string region = design.text("anatomy.region");
  SpineLoad load = region == "cervical" ? SpineLoad{73.6, 1.0, "73.6 N + 1.0 N.m, C-ACCF-std (Front Bioeng Biotechnol 2025, 1691524)"}
                   : region == "lumbar" ? SpineLoad{500.0, 7.5, "500 N + 7.5 N.m (JOSR 13018-020-01650-5)"}
                                        : SpineLoad{200.0, 7.5, "200 N + 7.5 N.m, T10-L2 (JOSR 13018-021-02354-0)"};
  // The case holds these defaults as values; only what its author wrote is the case's own.
  const bool preload = design.is_given("loads.preload_n"), moment = design.is_given("loads.moment_nm");
  if (preload && moment) load.source = "case file";
  else if (preload) load.source = "preload: case file; moment: default of the region, " + load.source;
  else if (moment) load.source = "moment: case file; preload: default of the region, " + load.source;
  else load.source = "default of the region: " + load.source;
  load.preload_n = design.number("loads.preload_n");
  load.moment_nm = design.number("loads.moment_nm");
  return load;
}

}  // namespace spongiosa::workflow
