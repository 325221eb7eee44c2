#pragma once
/// Files of layers. All hold outlines in mm with the solid on the left, and have the same bytes for the same layers.

#include "workflow/print/slicer.h"

#include <filesystem>
#include <memory>
#include <string>

namespace spongiosa::workflow {

/// A file that takes layers one by one. Nothing is left behind unless commit() is reached.
class SliceFile {
 public:
  virtual ~SliceFile() = default;
  virtual void add(const PrintLayer& layer) = 0;
  virtual void commit() = 0;
};

struct SliceFileHead {
  std::string label;        ///< letters, digits, '-', '_', '.', spaces
  double layer_mm = 0.0;
  Vec3 min_mm, max_mm;      ///< box of all layers
  std::int64_t layers = 0;  ///< at most; a header that names it is corrected in the end
};

/// By the ending of the name:
/// .cli   Common Layer Interface 2.0 (EU Brite EuRam project 2163), text; a layer's height is that of its upper face
/// .clib  the same in binary, long commands (127, 130)
/// .slc   3D Systems SLC 2.0; a layer's height is that of its lower face, outlines repeat their first point
/// .3mf   3MF slice stack; a layer's height is that of its upper face
/// .svg   every layer a group in its own colour of line, for a look
/// @throws Error(kBadInput) for another ending, Error(kIo)
std::unique_ptr<SliceFile> open_slice_file(const std::filesystem::path& file, const SliceFileHead& head);
/// What open_slice_file gives for .3mf. The uncompressed model stands beside the file while it is written.
std::unique_ptr<SliceFile> open_slice_3mf(const std::filesystem::path& file, const SliceFileHead& head);

}  // namespace spongiosa::workflow
