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

/// SHA-256 of what a manifest's "key" is over: stage, versions, case, parameters, hash of outside files, digests of earlier stages.
std::string key_hash(const Json& manifest);
/// Everything of an upstream stage that a later one can read.
std::string manifest_digest(const Json& manifest);
/// Of everything in a manifest but this hash itself: shows when someone changed it by hand.
std::string manifest_sha256(Json manifest);

}  // namespace spongiosa::workflow
