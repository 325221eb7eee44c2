#pragma once
/// lib3mf's opinion of a 3MF file. The library is loaded when it is there; its C interface of version 1.8 needs no header.

#include <dlfcn.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

struct Lib3mfObject {
  std::uint32_t vertices = 0, triangles = 0, beams = 0, slice_stack = 0;
  bool clipped = false, represented = false, has_uuid = false;
};
struct Lib3mfOpinion {
  bool read = false;
  std::string error;
  std::uint32_t warnings = 0;
  std::vector<Lib3mfObject> objects;
};

/// Absent without the library.
inline std::optional<Lib3mfOpinion> ask_lib3mf(const std::filesystem::path& file) {
  static void* const library = dlopen("lib3MF.so.1", RTLD_NOW);
  if (!library) return std::nullopt;
  const auto call = [](const char* name, auto... arguments) {
    const auto function = reinterpret_cast<std::uint32_t (*)(decltype(arguments)...)>(dlsym(library, name));
    return function ? function(arguments...) : 0xffffffffu;
  };
  Lib3mfOpinion opinion;
  void *model = nullptr, *reader = nullptr, *iterator = nullptr;
  if (call("lib3mf_createmodel", &model) != 0) return std::nullopt;
  call("lib3mf_model_queryreader", model, "3mf", &reader);
  call("lib3mf_reader_setstrictmodeactive", reader, 1);
  opinion.read = call("lib3mf_reader_readfromfileutf8", reader, file.c_str()) == 0;
  if (!opinion.read) {
    std::uint32_t code = 0;
    const char* message = nullptr;
    call("lib3mf_getlasterror", reader, &code, &message);
    opinion.error = std::to_string(code) + " " + (message ? message : "");
  }
  call("lib3mf_reader_getwarningcount", reader, &opinion.warnings);
  call("lib3mf_model_getmeshobjects", model, &iterator);
  for (int more = 0; call("lib3mf_resourceiterator_movenext", iterator, &more) == 0 && more != 0;) {
    void* object = nullptr;
    call("lib3mf_resourceiterator_getcurrent", iterator, &object);
    Lib3mfObject found;
    call("lib3mf_meshobject_getvertexcount", object, &found.vertices);
    call("lib3mf_meshobject_gettrianglecount", object, &found.triangles);
    call("lib3mf_meshobject_getbeamcount", object, &found.beams);
    call("lib3mf_meshobject_getslicestackid", object, &found.slice_stack);
    int mode = 0, yes = 0;
    std::uint32_t id = 0;
    call("lib3mf_meshobject_getbeamlattice_clipping", object, &mode, &id);
    found.clipped = mode != 0;
    call("lib3mf_meshobject_getbeamlattice_representation", object, &yes, &id);
    found.represented = yes != 0;
    char uuid[64] = {};
    yes = 0;
    call("lib3mf_object_getuuidutf8", object, &yes, static_cast<char*>(uuid));
    found.has_uuid = yes != 0;
    opinion.objects.push_back(found);
    call("lib3mf_release", object);
  }
  for (void* one : {iterator, reader, model})
    if (one) call("lib3mf_release", one);
  return opinion;
}

}  // namespace spongiosa::geometry
