#include "core/module.h"

#include "core/error.h"

#include <dlfcn.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

namespace fs = std::filesystem;

namespace spongiosa {

namespace {

void* open_module(const std::string& module) {
  Dl_info self{};
  dladdr(reinterpret_cast<void*>(&module_symbol), &self);
  const fs::path core_folder = fs::absolute(self.dli_fname).parent_path();
  const std::string file = "spongiosa-" + module + ".so";
  std::vector<fs::path> places = {core_folder / file, core_folder / "lib" / file, core_folder / "spongiosa" / file};
  for (const fs::path& place : places) {
    if (!fs::exists(place)) continue;
    if (void* handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL)) return handle;
    fail_io("the module '{}' cannot be loaded ({}): install the packages named in README.md", place.string(), dlerror());
  }
  fail_io("the module '{}' was not found in '{}': build or install the whole program", file, core_folder.string());
}

}  // namespace

void* module_symbol(const std::string& module, const std::string& symbol) {
  static std::mutex mutex;
  static std::map<std::string, void*> handles;
  const std::lock_guard lock(mutex);
  void*& handle = handles[module];
  if (!handle) handle = open_module(module);
  void* address = dlsym(handle, symbol.c_str());
  if (!address) fail_io("the module '{}' has no '{}': it belongs to another version of the program", module, symbol);
  return address;
}

}  // namespace spongiosa
