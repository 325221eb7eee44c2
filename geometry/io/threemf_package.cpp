#include "geometry/io/threemf_package.h"

#include "core/error.h"
#include "core/hash.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <memory>

namespace spongiosa::geometry {

namespace {

constexpr const char* kContentTypes =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\n"
    "<Default Extension=\"model\" ContentType=\"application/vnd.ms-package.3dmanufacturing-3dmodel+xml\"/>\n"
    "</Types>\n";
constexpr const char* kRelationships =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\n"
    "<Relationship Id=\"rel0\" Target=\"/3D/3dmodel.model\" Type=\"http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel\"/>\n"
    "</Relationships>\n";

/// The names 3MF core 1.3, section 3.4.1, allows without a namespace.
constexpr std::array<std::string_view, 9> kWellKnown = {"Application", "Copyright", "CreationDate", "Description", "Designer",
                                                        "LicenseTerms", "ModificationDate", "Rating", "Title"};

std::string xml_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    else fail_input("3MF metadata must not hold the control character {}", int(c));
  }
  return out;
}

std::string metadata_xml(const Json& metadata) {
  std::string out;
  for (const auto& [name, value] : metadata.items()) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const bool valid = !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
      return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
    if (!valid) fail_input("'{}' cannot name 3MF metadata: use letters, digits, '_', '-' and '.', a letter first", name);
    if (!value.is_string()) fail_input("the 3MF metadata '{}' must be a text", name);
    const bool well_known = std::find(kWellKnown.begin(), kWellKnown.end(), name) != kWellKnown.end();
    out += fmt::format("<metadata name=\"{}{}\">{}</metadata>\n", well_known ? "" : "spongiosa:", name,
                       xml_escaped(value.get<std::string>()));
  }
  return out;
}

/// A libzip archive being written; discarded unless closed.
class Archive {
 public:
  explicit Archive(const std::filesystem::path& file) : file_(file) {
    int code = 0;
    zip_ = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip_) fail_io("cannot write '{}' (zip error {})", file.string(), code);
  }
  ~Archive() {
    if (zip_) zip_discard(zip_);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  void add_text(const char* name, std::string_view content) {
    add(name, zip_source_buffer(zip_, content.data(), content.size(), 0));
  }
  void add_file(const char* name, const std::filesystem::path& content) {
    add(name, zip_source_file(zip_, content.c_str(), 0, -1));
  }
  /// Compresses and writes; this is where the time goes.
  void close(const Progress& progress) {
    Watch watch{progress, nullptr};
    zip_register_progress_callback_with_state(
        zip_, 0.005, [](zip_t*, double fraction, void* state) { static_cast<Watch*>(state)->report(fraction); }, nullptr, &watch);
    zip_register_cancel_callback_with_state(
        zip_, [](zip_t*, void* state) { return static_cast<Watch*>(state)->stop ? 1 : 0; }, nullptr, &watch);
    const int failed = zip_close(zip_);
    const std::string reason = failed ? zip_strerror(zip_) : "";
    if (!failed) zip_ = nullptr;
    if (watch.stop) std::rethrow_exception(watch.stop);
    if (failed) fail_io("writing '{}' failed: {}", file_.string(), reason);
  }

 private:
  /// Exceptions must not pass through C code: kept, the library is told to stop, thrown again afterwards.
  struct Watch {
    const Progress& progress;
    std::exception_ptr stop;
    void report(double fraction) {
      if (stop) return;
      try {
        progress.report(fraction, "compressing 3MF");
      } catch (...) {
        stop = std::current_exception();
      }
    }
  };

  void add(const char* name, zip_source_t* source) {
    const zip_int64_t index = source ? zip_file_add(zip_, name, source, ZIP_FL_ENC_UTF_8) : -1;
    // The same date for all files, so that equal meshes give equal bytes: 1980-01-01 00:00, the first that zip can name.
    if (index < 0 || zip_file_set_dostime(zip_, zip_uint64_t(index), 0, (1 << 5) | 1, 0) != 0 ||
        zip_set_file_compression(zip_, zip_uint64_t(index), ZIP_CM_DEFLATE, 3) != 0)
      fail_io("cannot add {} to '{}': {}", name, file_.string(), zip_strerror(zip_));
  }

  std::filesystem::path file_;
  zip_t* zip_ = nullptr;
};

std::filesystem::path with_ending(std::filesystem::path file, const char* ending) {
  file += ending;
  return file;
}

}  // namespace

ThreeMfPackage::ThreeMfPackage(const std::filesystem::path& file)
    : file_(file), out_(file), model_(with_ending(file, ".model")), bytes_(model_.stream()) {}

void ThreeMfPackage::begin_model(const Json& metadata, ThreeMfExtension required) {
  text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
       "<model unit=\"millimeter\" xml:lang=\"en-US\" xmlns=\"http://schemas.microsoft.com/3dmanufacturing/core/2015/02\" "
       "xmlns:p=\"http://schemas.microsoft.com/3dmanufacturing/production/2015/06\" xmlns:spongiosa=\"urn:spongiosa:metadata:1\"");
  if (required == ThreeMfExtension::kBeamLattice)
    text(" xmlns:b=\"http://schemas.microsoft.com/3dmanufacturing/beamlattice/2017/02\" requiredextensions=\"b\"");
  if (required == ThreeMfExtension::kSlices) text(" xmlns:s=\"http://schemas.microsoft.com/3dmanufacturing/slice/2015/07\" requiredextensions=\"s\"");
  text(">\n");
  text(metadata_xml(metadata));
  text("<resources>\n");
}

void ThreeMfPackage::write_vertices(const std::vector<Vec3f>& vertices, const Progress& progress) {
  text("<vertices>\n");
  XmlLine line;
  for (std::size_t n = 0; n < vertices.size(); ++n) {
    if (n % (1 << 20) == 0) progress.report(double(n) / double(vertices.size()), "writing 3MF");
    const Vec3f& v = vertices[n];
    line.text("<vertex x=\"").number(v[0] + 0.0f).text("\" y=\"").number(v[1] + 0.0f).text("\" z=\"").number(v[2] + 0.0f);
    line.text("\"/>\n").write(bytes_);
  }
  text("</vertices>\n");
}

void ThreeMfPackage::write_triangles(const std::vector<std::array<std::uint32_t, 3>>& triangles, const Progress& progress) {
  text("<triangles>\n");
  XmlLine line;
  for (std::size_t n = 0; n < triangles.size(); ++n) {
    if (n % (1 << 20) == 0) progress.report(double(n) / double(triangles.size()), "writing 3MF");
    const auto& t = triangles[n];
    line.text("<triangle v1=\"").number(t[0]).text("\" v2=\"").number(t[1]).text("\" v3=\"").number(t[2]);
    line.text("\"/>\n").write(bytes_);
  }
  text("</triangles>\n");
}

void ThreeMfPackage::end_model(int object_id, const std::string& content_hash) {
  text(fmt::format("</resources>\n<build p:UUID=\"{}\">\n<item objectid=\"{}\" p:UUID=\"{}\"/>\n</build>\n</model>\n", threemf_uuid(content_hash, "build"),
                   object_id, threemf_uuid(content_hash, "item")));
}

void ThreeMfPackage::commit(const Progress& progress) {
  bytes_.flush();
  model_.stream().flush();
  if (!model_.stream()) fail_io("writing '{}' failed: is the disk full?", model_.part_path().string());
  // The model itself is never committed, so that AtomicFile removes it whatever happens.
  Archive archive(out_.part_path());
  archive.add_text("[Content_Types].xml", kContentTypes);
  archive.add_text("_rels/.rels", kRelationships);
  archive.add_file("3D/3dmodel.model", model_.part_path());
  archive.close(progress);
  out_.commit();
}

std::string read_threemf_model(const std::filesystem::path& file) {
  int code = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> zip(zip_open(file.c_str(), ZIP_RDONLY, &code), [](zip_t* z) {
    if (z) zip_discard(z);
  });
  if (!zip && (code == ZIP_ER_NOENT || code == ZIP_ER_OPEN || code == ZIP_ER_READ)) fail_io("cannot read '{}'", file.string());
  if (!zip) fail_input("'{}' is not a 3MF file: it is no zip archive", file.string());
  // The usual name; the relationships could name another one, which no known writer does.
  const char* kModel = "3D/3dmodel.model";
  zip_stat_t stat;
  if (zip_stat(zip.get(), kModel, ZIP_FL_NOCASE, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE))
    fail_input("'{}' has no {} in it: it is not a 3MF file that can be read", file.string(), kModel);
  zip_file_t* entry = zip_fopen_index(zip.get(), stat.index, 0);
  if (!entry) fail_input("'{}': its model cannot be opened ({})", file.string(), zip_strerror(zip.get()));
  std::string text(stat.size, '\0');
  const zip_int64_t got = zip_fread(entry, text.data(), text.size());
  zip_fclose(entry);
  if (got != zip_int64_t(text.size())) fail_input("'{}': its model is cut off or damaged", file.string());
  return text;
}

std::string threemf_uuid(const std::string& content_hash, std::string_view role) {
  std::string hex = sha256(content_hash + " " + std::string(role)).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[(hex[16] <= '9' ? hex[16] - '0' : hex[16] - 'a' + 10) & 3];
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

std::string mesh_hash(const TriangleMesh& mesh) {
  const auto bytes = [](const auto& list) { return std::string_view(reinterpret_cast<const char*>(list.data()), list.size() * sizeof list[0]); };
  return sha256(sha256(bytes(mesh.vertices)) + sha256(bytes(mesh.triangles)));
}

void require_threemf_counts(const std::filesystem::path& file, const TriangleMesh& mesh) {
  // 3MF core limits counts to 2^31 - 1.
  if (std::max(mesh.vertices.size(), mesh.triangles.size()) > 2147483647u)
    fail_computation("{} triangles do not fit into '{}' (a 3MF file holds at most 2147483647): use larger voxels", mesh.triangles.size(), file.string());
}

}  // namespace spongiosa::geometry
