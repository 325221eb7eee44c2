#pragma once
/// Solver-neutral model on a regular hexahedral grid: each cell holds volume shares of several parts.

#include "core/vector.h"
#include "fea/loads/load_case.h"
#include "geometry/frame.h"

#include <string>
#include <vector>

namespace spongiosa::fea {

/// A part shares one stiffness tensor up to a factor per cell (bone: E from CT over 1 MPa; implant: 1), or is a sum of such terms where the
/// tensor's shape changes from cell to cell (lattices of changing density or cell).
struct Part {
  std::string name;                   ///< "bone-cranial", "bone-caudal", "implant-solid", "implant-porous"
  Mat6 stiffness_mpa = Mat6::Zero();  ///< in the model's frame
  std::vector<float> share;           ///< volume share of the part in each cell, 0..1
  std::vector<float> factor;          ///< stiffness factor of the part's material in each cell; empty: 1 everywhere
  struct Term {
    Mat6 stiffness_mpa = Mat6::Zero();
    std::vector<float> factor;        ///< per cell, 0 or more
  };
  std::vector<Term> terms = {};       ///< more of the stiffness; the first tensor's factor may then be 0
  double cell_stiffness_scale(std::size_t cell) const { return factor.empty() ? 1.0 : double(factor[cell]); }
  /// Of the part's material in a cell, without its share.
  Mat6 cell_stiffness_mpa(std::size_t cell) const {
    Mat6 sum = cell_stiffness_scale(cell) * stiffness_mpa;
    for (const Term& term : terms)
      if (term.factor[cell] > 0.0f) sum += double(term.factor[cell]) * term.stiffness_mpa;
    return sum;
  }
};

/// Cell (i,j,k), i fastest, spans first_mm + (i..i+1)*cell_mm in `frame`. A cell's stiffness is the sum over parts of
/// share * (factor * stiffness + terms). Cells whose shares add up to less than `void_share` are left out.
struct VoxelModel {
  geometry::Frame frame;
  Vec3 first_mm = Vec3::Zero();
  double cell_mm = 1.0;
  Index3 size{0, 0, 0};
  std::vector<Part> parts;
  double void_share = 0.25;
  /// Where the top layer is loaded and where the bottom layer is fixed, per column of cells (i + size[0] * j); empty: everywhere.
  std::vector<std::uint8_t> loaded_columns, fixed_columns;

  std::size_t cell_count() const { return std::size_t(product(size)); }
  double total_share(std::size_t cell) const {
    double sum = 0.0;
    for (const Part& part : parts) sum += part.share[cell];
    return sum;
  }
  bool is_active(std::size_t cell) const { return total_share(cell) >= void_share; }
  /// The upper face of the cell carries load. @pre the cell is active
  bool is_loaded(std::size_t cell) const { return layer(cell) == size[2] - 1 && (loaded_columns.empty() || loaded_columns[column(cell)]); }
  /// The lower face of the cell is held. @pre the cell is active
  bool is_fixed(std::size_t cell) const { return layer(cell) == 0 && (fixed_columns.empty() || fixed_columns[column(cell)]); }

 private:
  std::int64_t layer(std::size_t cell) const { return std::int64_t(cell) / (size[0] * size[1]); }
  std::size_t column(std::size_t cell) const { return cell % std::size_t(size[0] * size[1]); }
};

/// @throws Error(kBadInput) naming the part and cell when sizes, shares, factors or stiffnesses make no sense.
void check_voxel_model(const VoxelModel& model);

/// @throws Error(kComputationFailed) when nothing joins the loaded with the fixed faces, Error(kBadInput) when cells float free.
void check_supported(const VoxelModel& model);

/// Keeps the face-connected cells that join the loaded faces of the top layer (k = size-1) with the fixed ones of the bottom layer
/// (k = 0); empties the others.
/// @return number of cells emptied. @throws Error(kComputationFailed) when nothing joins them.
std::int64_t remove_unconnected_cells(VoxelModel& model);

}  // namespace spongiosa::fea
