#include "core/error.h"
#include "core/file.h"
#include "geometry/io/byte_writer.h"
#include "geometry/io/mesh_file.h"

#include <zip.h>

#include <algorithm>
#include <charconv>
#include <string_view>

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

/// One line of XML, gathered without allocation.
class Line {
 public:
  Line& text(std::string_view piece) {
    end_ = std::copy(piece.begin(), piece.end(), end_);
    return *this;
  }
  /// Shortest text that reads back as the same value, so that different vertices stay different.
  template <class T>
  Line& number(T value) {
    end_ = std::to_chars(end_, buffer_ + sizeof buffer_, value).ptr;
    return *this;
  }
  void write(ByteWriter& out) {
    out.put(buffer_, std::size_t(end_ - buffer_));
    end_ = buffer_;
  }

 private:
  char buffer_[256];
  char* end_ = buffer_;
};

void write_model(std::ostream& stream, const TriangleMesh& mesh, const Json& metadata, const Progress& progress) {
  ByteWriter out(stream);
  const auto text = [&out](const std::string& piece) { out.put(piece.data(), piece.size()); };
  text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
       "<model unit=\"millimeter\" xml:lang=\"en-US\" xmlns=\"http://schemas.microsoft.com/3dmanufacturing/core/2015/02\" "
       "xmlns:spongiosa=\"urn:spongiosa:metadata:1\">\n");
  text(metadata_xml(metadata));
  text("<resources>\n<object id=\"1\" type=\"model\">\n<mesh>\n<vertices>\n");
  const double total = double(mesh.vertices.size() + mesh.triangles.size());
  std::size_t done = 0;
  const auto report = [&] {
    if (done++ % (1 << 20) == 0) progress.report(double(done) / total, "writing 3MF");
  };
  Line line;
  for (const Vec3f& v : mesh.vertices) {
    report();
    line.text("<vertex x=\"").number(v[0] + 0.0f).text("\" y=\"").number(v[1] + 0.0f).text("\" z=\"").number(v[2] + 0.0f);
    line.text("\"/>\n").write(out);
  }
  text("</vertices>\n<triangles>\n");
  for (const auto& t : mesh.triangles) {
    report();
    line.text("<triangle v1=\"").number(t[0]).text("\" v2=\"").number(t[1]).text("\" v3=\"").number(t[2]);
    line.text("\"/>\n").write(out);
  }
  text("</triangles>\n</mesh>\n</object>\n</resources>\n<build>\n<item objectid=\"1\"/>\n</build>\n</model>\n");
  out.flush();
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

}  // namespace

void write_3mf(const std::filesystem::path& file, const TriangleMesh& mesh, const Json& metadata, const Progress& progress) {
  if (mesh.triangles.empty()) fail_computation("there is no triangle to write into '{}'", file.string());
  // 3MF core limits counts to 2^31 - 1.
  if (std::max(mesh.vertices.size(), mesh.triangles.size()) > 2147483647u)
    fail_computation("{} triangles do not fit into a 3MF file (at most 2147483647): use larger voxels", mesh.triangles.size());

  AtomicFile out(file);
  // The model is written to a file of its own first (about 70 bytes per triangle), because zip needs its size.
  // It is never committed, so that AtomicFile removes it whatever happens.
  std::filesystem::path model_path = file;
  model_path += ".model";
  AtomicFile model(model_path);
  write_model(model.stream(), mesh, metadata, progress.part(0.0, 0.3));
  model.stream().flush();
  if (!model.stream()) fail_io("writing '{}' failed: is the disk full?", model.part_path().string());

  Archive archive(out.part_path());
  archive.add_text("[Content_Types].xml", kContentTypes);
  archive.add_text("_rels/.rels", kRelationships);
  archive.add_file("3D/3dmodel.model", model.part_path());
  archive.close(progress.part(0.3, 1.0));
  out.commit();
}

}  // namespace spongiosa::geometry
