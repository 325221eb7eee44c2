#pragma once
/// Inside of the engine, shared by engine.cpp and engine_plan.cpp.

#include "workflow/engine.h"

namespace spongiosa::workflow {

/// What a stage's result depends on; `hash` is over all of it.
struct Engine::Key {
  std::string hash;
  Json parameters = Json::object();  ///< path -> value
  std::string external;              ///< hash of files outside DIR
  Json upstream = Json::object();    ///< stage id -> digest of its manifest
};

struct Engine::Chosen {
  std::vector<bool> selected, forced;  // by position of the stage
};

}  // namespace spongiosa::workflow
