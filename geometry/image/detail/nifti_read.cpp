#include "geometry/image/detail/nifti_read.h"

#include "core/error.h"

#include <nifti1_io.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace fs = std::filesystem;

namespace spongiosa::geometry::detail {

namespace {

struct Free {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};

double mm_per_unit(int units) {
  if (units == NIFTI_UNITS_METER) return 1000.0;
  if (units == NIFTI_UNITS_MICRON) return 1e-3;
  return 1.0;
}

/// The stored bytes, in the byte order of this machine. ITK's copy of the NIfTI library fills a short file up with zeros
/// without a word, so the bytes are read here. zlib reads uncompressed files as they are.
std::vector<char> read_bytes(const nifti_image& nifti, const fs::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  std::vector<char> bytes(std::size_t(nifti.nvox) * std::size_t(nifti.nbyper));
  std::size_t there = 0;
  if (stream && gzseek(stream.get(), z_off_t(nifti.iname_offset), SEEK_SET) >= 0) {
    constexpr std::size_t kPiece = std::size_t(1) << 28;  // gzread counts in int
    while (there < bytes.size()) {
      const int got = gzread(stream.get(), bytes.data() + there, unsigned(std::min(kPiece, bytes.size() - there)));
      if (got <= 0) break;
      there += std::size_t(got);
    }
  }
  // One step further makes zlib compare its checksum.
  char beyond;
  const bool damaged = there == bytes.size() && gzread(stream.get(), &beyond, 1) < 0;
  if (there < bytes.size() || damaged)
    fail_input("cannot read '{}': the file is {}, {} of {} bytes of values are there", file.string(), damaged ? "damaged" : "truncated",
            there, bytes.size());
  if (nifti.swapsize > 1 && nifti.byteorder != nifti_short_order())
    nifti_swap_Nbytes(bytes.size() / std::size_t(nifti.swapsize), nifti.swapsize, bytes.data());
  return bytes;
}

template <class Stored>
void copy_values(const nifti_image& nifti, const std::vector<char>& bytes, std::vector<float>& values) {
  const Stored* stored = reinterpret_cast<const Stored*>(bytes.data());
  // A slope of 0 means "not scaled" (NIfTI-1, field scl_slope).
  const double slope = nifti.scl_slope == 0.0f || !std::isfinite(nifti.scl_slope) ? 1.0 : double(nifti.scl_slope);
  const double offset = nifti.scl_slope == 0.0f || !std::isfinite(nifti.scl_inter) ? 0.0 : double(nifti.scl_inter);
  for (std::size_t n = 0; n < values.size(); ++n) values[n] = float(slope * double(stored[n]) + offset);
}

void copy_values(const nifti_image& nifti, const fs::path& file, std::vector<float>& values) {
  const std::vector<char> bytes = read_bytes(nifti, file);
  switch (nifti.datatype) {
    case DT_UINT8: return copy_values<std::uint8_t>(nifti, bytes, values);
    case DT_INT8: return copy_values<std::int8_t>(nifti, bytes, values);
    case DT_UINT16: return copy_values<std::uint16_t>(nifti, bytes, values);
    case DT_INT16: return copy_values<std::int16_t>(nifti, bytes, values);
    case DT_UINT32: return copy_values<std::uint32_t>(nifti, bytes, values);
    case DT_INT32: return copy_values<std::int32_t>(nifti, bytes, values);
    case DT_INT64: return copy_values<std::int64_t>(nifti, bytes, values);
    case DT_UINT64: return copy_values<std::uint64_t>(nifti, bytes, values);
    case DT_FLOAT32: return copy_values<float>(nifti, bytes, values);
    case DT_FLOAT64: return copy_values<double>(nifti, bytes, values);
    default:
      fail_input("'{}' holds {} values (colour, complex or bits): a scalar image is needed", file.string(),
                 nifti_datatype_string(nifti.datatype));
  }
}

/// Voxel to RAS: sform where present, else qform, else the bare voxel sizes.
void take_grid(const nifti_image& nifti, LoadedImage& loaded) {
  const double unit = mm_per_unit(nifti.xyz_units);
  const double pixdim[3] = {std::abs(double(nifti.dx)) * unit, std::abs(double(nifti.dy)) * unit, std::abs(double(nifti.dz)) * unit};
  loaded.has_orientation = nifti.sform_code > 0 || nifti.qform_code > 0;
  FloatImage& image = loaded.image;
  image.size = {nifti.nx, nifti.ny, nifti.nz};
  for (int axis = 0; axis < 3; ++axis) image.spacing_mm[axis] = pixdim[axis];
  Mat3 columns = Mat3::Identity();
  if (loaded.has_orientation) {
    const mat44& affine = nifti.sform_code > 0 ? nifti.sto_xyz : nifti.qto_xyz;
    for (int row = 0; row < 3; ++row) {
      for (int axis = 0; axis < 3; ++axis) columns(row, axis) = double(affine.m[row][axis]) * unit;
      image.origin_Patient[row] = double(affine.m[row][3]) * unit;
    }
    for (int axis = 0; axis < 3; ++axis) {
      const double norm = columns.col(axis).norm();
      columns.col(axis) /= norm;
      // pixdim is the rounder number; the two disagree only when a program changed one of them.
      if (!(std::abs(pixdim[axis] - norm) <= 1e-4 * norm)) image.spacing_mm[axis] = norm;
    }
  }
  const Vec3 to_lps(-1.0, -1.0, 1.0);
  image.origin_Patient = to_lps.cwiseProduct(image.origin_Patient);
  image.direction = to_lps.asDiagonal() * columns;
}

}  // namespace

LoadedImage read_nifti(const fs::path& file) {
  nifti_set_debug_level(0);
  const std::unique_ptr<nifti_image, Free> nifti(nifti_image_read(file.c_str(), 0));
  if (!nifti) fail_input("cannot read '{}': it is not a NIfTI file, or its header is damaged", file.string());
  if (nifti->nx < 1 || nifti->ny < 1) fail_input("cannot read '{}': its header is damaged (no voxels)", file.string());
  if (nifti->ndim < 3 || nifti->nz < 1) fail_input("'{}' is a {}-D image: a 3-D image is needed", file.string(), nifti->ndim);
  const std::int64_t volumes = std::int64_t(nifti->nvox) / (std::int64_t(nifti->nx) * nifti->ny * nifti->nz);
  if (volumes != 1)
    fail_input("'{}' holds {} volumes or {} values per voxel: export the one that is meant", file.string(), volumes, volumes);
  LoadedImage loaded;
  loaded.format = "NIfTI";
  take_grid(*nifti, loaded);
  loaded.image.allocate();
  copy_values(*nifti, file, loaded.image.data);
  return loaded;
}

}  // namespace spongiosa::geometry::detail
