#pragma once
/// Result fields for ParaView: one .vtu and .pvd per load case, by deal.II's DataOut.

#include "fea/continuum/hex_mesh.h"
#include "fea/continuum/solve.h"

#include <filesystem>
#include <memory>

namespace spongiosa::fea {

class FieldWriter {
 public:
  /// The mesh is written in the patient frame (LPS); vectors and tensors are turned into it too.
  FieldWriter(const VoxelModel& model, const HexMesh& mesh, const std::vector<int>& cell_part);
  ~FieldWriter();
  /// `<folder>/<load case>.vtu` and `.pvd`. @throws Error(kIo)
  void write(const std::filesystem::path& folder, const CaseResult& result, const std::vector<double>& displacement_mm) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spongiosa::fea
