#pragma once
/// Heavy third-party libraries (ITK, deal.II) live in modules that are loaded on first use, so that `--help` and
/// light work do not pay for them (deal.II alone costs 0.6 s and 150 MB at process start).

#include <string>

namespace spongiosa {

/// Address of the symbol `symbol` in lib/spongiosa-<module>.so, which lies beside the program or in ../lib.
/// Thread-safe. @throws Error(kIo) when the module is missing or cannot be loaded.
void* module_symbol(const std::string& module, const std::string& symbol);

template <class Function>
Function* module_function(const char* module, const char* symbol) {
  return reinterpret_cast<Function*>(module_symbol(module, symbol));
}

}  // namespace spongiosa
