#pragma once
/// What all 3MF writers share: the package, the head of its model, names that stay the same for the same content.

#include "core/file.h"
#include "core/json.h"
#include "core/progress.h"
#include "geometry/io/byte_writer.h"
#include "geometry/surface/mesh.h"

#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>

namespace spongiosa::geometry {

/// One line of XML, gathered without allocation.
class XmlLine {
 public:
  XmlLine& text(std::string_view piece) {
    end_ = std::copy(piece.begin(), piece.end(), end_);
    return *this;
  }
  /// Shortest text that reads back as the same value, so that different vertices stay different.
  template <class T>
  XmlLine& number(T value) {
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

/// Extensions of the 3MF core that a model uses. The production extension (unique names) is always there; readers may ignore it.
enum class ThreeMfExtension { kNone, kBeamLattice, kSlices };

/// A package with one model. The model is written to a file of its own first, because zip needs its size; nothing is left behind unless
/// commit() is reached. Entries carry a fixed time, so that equal models give equal bytes.
class ThreeMfPackage {
 public:
  explicit ThreeMfPackage(const std::filesystem::path& file);

  ByteWriter& bytes() { return bytes_; }
  void text(std::string_view piece) { bytes_.put(piece.data(), piece.size()); }
  /// XML declaration, <model> and metadata: `metadata` has text values, see write_3mf.
  void begin_model(const Json& metadata, ThreeMfExtension required);
  void write_vertices(const std::vector<Vec3f>& vertices, const Progress& progress);
  void write_triangles(const std::vector<std::array<std::uint32_t, 3>>& triangles, const Progress& progress);
  /// <build> with one item, and the end of the model. @param content_hash  see uuid
  void end_model(int object_id, const std::string& content_hash);
  /// Compresses and renames.
  void commit(const Progress& progress);

 private:
  std::filesystem::path file_;
  AtomicFile out_, model_;
  ByteWriter bytes_;
};

/// The XML of a package's model. @throws Error(kBadInput) for what is no 3MF file, Error(kIo)
std::string read_threemf_model(const std::filesystem::path& file);

/// A name as the production extension wants it: a UUID of version 8 (RFC 9562) from a hash of the content and what it names, so that the same content has
/// the same name.
std::string threemf_uuid(const std::string& content_hash, std::string_view role);
/// SHA-256 of the vertices and triangles in memory.
std::string mesh_hash(const TriangleMesh& mesh);
/// Refuses what 3MF cannot number. @throws Error(kComputationFailed)
void require_threemf_counts(const std::filesystem::path& file, const TriangleMesh& mesh);

}  // namespace spongiosa::geometry
