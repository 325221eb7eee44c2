#include "geometry/surface/marching_cubes.h"

#include "core/error.h"
#include "geometry/surface/crossings.h"

#include <Eigen/LU>
#include <tbb/enumerable_thread_specific.h>

#include <bit>
#include <limits>
#include <memory>

namespace spongiosa::geometry {

namespace {

using namespace marching_cubes;

/// Crossed edges of a word of samples (j, k) along one axis: bit i is set when sample i and its neighbour differ.
struct Rows {
  const SignBits& bits;
  const Index3& size;

  std::uint64_t crossed(int axis, std::int64_t j, std::int64_t k, std::size_t w) const {
    const std::uint64_t* row = bits.row(j, k);
    if (axis == 0) return row[w] ^ shifted_word(row, w, bits.words());
    if (axis == 1) return j + 1 < size[1] ? row[w] ^ bits.row(j + 1, k)[w] : 0;
    return k + 1 < size[2] ? row[w] ^ bits.row(j, k + 1)[w] : 0;
  }
};

/// What layer k adds to the mesh: the vertices on the edges that start in it and the triangles of the cells above it.
struct LayerCount {
  std::uint64_t edge_vertices[3] = {0, 0, 0};
  std::uint64_t centre_vertices = 0;
  std::uint64_t triangles = 0;
};

/// Sizes of the cases, flat for speed.
struct CaseSizes {
  std::array<std::uint8_t, 256> triangles{}, centres{};
  CaseSizes() {
    for (std::size_t c = 0; c < 256; ++c) {
      triangles[c] = std::uint8_t(cases()[c].triangles.size());
      centres[c] = std::uint8_t(cases()[c].centres.size());
    }
  }
};

LayerCount count_layer(const Rows& rows, const CaseSizes& sizes, std::int64_t k) {
  LayerCount count;
  for (std::int64_t j = 0; j < rows.size[1]; ++j)
    for (int axis = 0; axis < 3; ++axis)
      for (std::size_t w = 0; w < rows.bits.words(); ++w)
        if (const std::uint64_t crossed = rows.crossed(axis, j, k, w))
          count.edge_vertices[axis] += std::uint64_t(std::popcount(crossed));
  if (k + 1 < rows.size[2])
    for (std::int64_t j = 0; j + 1 < rows.size[1]; ++j)
      for_each_active_cell(rows.bits, j, k, [&](std::int64_t, unsigned solid) {
        count.triangles += sizes.triangles[solid];
        count.centre_vertices += sizes.centres[solid];
      });
  return count;
}

/// First vertex and triangle of a layer. Vertices of a layer come in the order: on x edges, y edges, z edges, centres.
struct LayerStart {
  std::uint64_t edge_vertices[3] = {0, 0, 0};
  std::uint64_t centre_vertices = 0;
  std::uint64_t triangles = 0;
};

std::vector<LayerStart> layer_starts(const std::vector<LayerCount>& counts, std::uint64_t& vertices, std::uint64_t& triangles) {
  std::vector<LayerStart> starts(counts.size());
  vertices = triangles = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    for (int axis = 0; axis < 3; ++axis) {
      starts[k].edge_vertices[axis] = vertices;
      vertices += counts[k].edge_vertices[axis];
    }
    starts[k].centre_vertices = vertices;
    vertices += counts[k].centre_vertices;
    starts[k].triangles = triangles;
    triangles += counts[k].triangles;
  }
  return starts;
}

/// Fills the part of the mesh that belongs to a range of layers. Numbers of vertices follow from the counts alone, so
/// ranges are independent of each other.
class SlabMesher {
 public:
  SlabMesher(const FloatImage& field, const SignBits& bits, const std::vector<LayerStart>& starts, TriangleMesh& mesh)
      : field_(field), rows_{bits, field.size}, starts_(starts), crossings_(field), mesh_(mesh),
        flip_(field.direction.determinant() < 0.0),
        from_index_(field.direction * field.spacing_mm.asDiagonal()) {}

  /// Numbers of the vertices on the edges of two adjacent layers, and between them.
  struct Scratch {
    std::vector<std::uint32_t> x[2], y[2], z;
  };

  void run(std::int64_t first, std::int64_t last, Scratch& scratch) const {
    const std::size_t layer_size = std::size_t(field_.size[0] * field_.size[1]);
    for (int n = 0; n < 2; ++n) {
      scratch.x[n].resize(layer_size);
      scratch.y[n].resize(layer_size);
    }
    scratch.z.resize(layer_size);
    in_layer(first, scratch, true);
    for (std::int64_t k = first; k < last; ++k) {
      if (k + 1 == field_.size[2]) break;
      // The vertices of layer `last` are written by the range that follows; here only their numbers are needed.
      in_layer(k + 1, scratch, k + 1 < last);
      number_edges<2>(k, scratch.z, true);
      cells(k, scratch);
    }
  }

 private:
  void in_layer(std::int64_t k, Scratch& scratch, bool write) const {
    number_edges<0>(k, scratch.x[k & 1], write);
    number_edges<1>(k, scratch.y[k & 1], write);
  }

  void put(std::uint64_t number, const Vec3& index) const {
    mesh_.vertices[number] = (field_.origin_Patient + from_index_ * index).cast<float>();
  }

  template <int kAxis>
  void number_edges(std::int64_t k, std::vector<std::uint32_t>& numbers, bool write) const {
    std::uint64_t next = starts_[std::size_t(k)].edge_vertices[kAxis];
    for (std::int64_t j = 0; j < field_.size[1]; ++j)
      for (std::size_t w = 0; w < rows_.bits.words(); ++w)
        for_each_bit(rows_.crossed(kAxis, j, k, w), std::int64_t(w) * 64, [&](std::int64_t i) {
          numbers[std::size_t(i + j * field_.size[0])] = std::uint32_t(next);
          if (write) {
            Vec3 p{double(i), double(j), double(k)};
            p[kAxis] += crossings_.fraction(field_.offset(i, j, k), kAxis);
            put(next, p);
          }
          ++next;
        });
  }

  void cells(std::int64_t k, const Scratch& scratch) const {
    const std::uint32_t* x[2] = {scratch.x[k & 1].data(), scratch.x[(k + 1) & 1].data()};
    const std::uint32_t* y[2] = {scratch.y[k & 1].data(), scratch.y[(k + 1) & 1].data()};
    const std::uint32_t* z = scratch.z.data();
    const std::size_t nx = std::size_t(field_.size[0]);
    std::uint64_t triangle = starts_[std::size_t(k)].triangles;
    std::uint64_t centre = starts_[std::size_t(k)].centre_vertices;
    for (std::int64_t j = 0; j + 1 < field_.size[1]; ++j)
      for_each_active_cell(rows_.bits, j, k, [&](std::int64_t i, unsigned solid) {
        const std::size_t at = std::size_t(i) + nx * std::size_t(j);
        // Not every entry is a crossed edge; the table names only those that are.
        const std::uint32_t number[16] = {x[0][at], x[0][at + nx], x[1][at], x[1][at + nx],
                                          y[0][at], y[0][at + 1],  y[1][at], y[1][at + 1],
                                          z[at],    z[at + 1],     z[at + nx], z[at + nx + 1],
                                          std::uint32_t(centre), std::uint32_t(centre + 1), std::uint32_t(centre + 2),
                                          std::uint32_t(centre + 3)};
        const Case& how = cases_[solid];
        for (const auto& loop : how.centres) put(centre++, crossings_.centre(i, j, k, loop));
        for (const auto& t : how.triangles)
          mesh_.triangles[triangle++] = flip_ ? std::array{number[t[0]], number[t[2]], number[t[1]]}
                                              : std::array{number[t[0]], number[t[1]], number[t[2]]};
      });
  }

  const FloatImage& field_;
  Rows rows_;
  const std::vector<LayerStart>& starts_;
  Crossings crossings_;
  TriangleMesh& mesh_;
  bool flip_;
  Mat3 from_index_;
  const std::array<Case, 256>& cases_ = cases();
};

}  // namespace

TriangleMesh extract_surface(const FloatImage& field, const Progress& progress) {
  check_placed(field);
  TriangleMesh mesh;
  if (too_small(field)) return mesh;
  const SignBits bits = sign_bits(field, progress.part(0.0, 0.2));
  const Rows rows{bits, field.size};
  const CaseSizes sizes;
  std::vector<LayerCount> counts(std::size_t(field.size[2]));
  parallel_layers(field.size[2], 1, progress.part(0.2, 0.4), "counting triangles", [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t k = first; k < last; ++k) counts[std::size_t(k)] = count_layer(rows, sizes, k);
  });
  std::uint64_t vertices = 0, triangles = 0;
  const std::vector<LayerStart> starts = layer_starts(counts, vertices, triangles);
  if (vertices > std::numeric_limits<std::uint32_t>::max())
    fail_computation("the surface has {} vertices, more than the 4294967295 a mesh can number; use larger voxels", vertices);
  mesh.vertices.resize(vertices);
  mesh.triangles.resize(triangles);

  const SlabMesher mesher(field, bits, starts, mesh);
  tbb::enumerable_thread_specific<SlabMesher::Scratch> scratch;
  parallel_layers(field.size[2], 8, progress.part(0.4, 1.0), "building the surface",
                  [&](std::int64_t first, std::int64_t last) { mesher.run(first, last, scratch.local()); });
  return mesh;
}

double enclosed_volume_mm3(const FloatImage& field, const Progress& progress) {
  VolumeOfLayers volume(field);
  volume.add(field, 0, progress);
  return volume.mm3();
}

void VolumeOfLayers::add(const FloatImage& layers, std::int64_t first_layer, const Progress& progress) {
  check_placed(layers);
  if (too_small(whole_)) return;
  SPONGIOSA_ASSERT(first_layer == next_layer_ && layers.size[0] == whole_.size[0] && layers.size[1] == whole_.size[1]);
  next_layer_ = first_layer + layers.size[2] - 1;
  const Ends ends{first_layer == 0, next_layer_ == whole_.size[2] - 1};
  const SignBits bits = sign_bits(layers, progress.part(0.0, 0.3), ends);
  const Crossings crossings(layers, whole_, ends);
  const std::array<Case, 256>& table = cases();
  const std::array<Edge, 12>& edge_table = edges();
  std::array<std::uint16_t, 256> crossed{};  // edges of each case, one bit each
  for (unsigned solid = 0; solid < 256; ++solid)
    for (unsigned e = 0; e < 12; ++e)
      crossed[solid] |= std::uint16_t((((solid >> edge_table[e].lower) ^ (solid >> edge_table[e].upper)) & 1) << e);
  const double middle = 0.5 * double(whole_.size[2]) - double(first_layer);
  // The flux of (0, 0, z) through the triangles, in voxels; one sum per layer, added up in order below.
  std::vector<double> layer_sum(std::size_t(layers.size[2]), 0.0);
  parallel_layers(layers.size[2] - 1, 1, progress.part(0.3, 1.0), "measuring the volume",
                  [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t k = first; k < last; ++k) {
      double sum = 0.0;
      for (std::int64_t j = 0; j + 1 < layers.size[1]; ++j)
        for_each_active_cell(bits, j, k, [&](std::int64_t i, unsigned solid) {
          const Case& how = table[solid];
          Vec3 p[16];
          for (unsigned left = crossed[solid]; left != 0; left &= left - 1) {
            const unsigned e = unsigned(std::countr_zero(left));
            p[e] = crossings.on_edge(i, j, k, edge_table[e]);
          }
          for (std::size_t n = 0; n < how.centres.size(); ++n) p[12 + n] = crossings.centre(i, j, k, how.centres[n]);
          for (const auto& t : how.triangles) {
            const Vec3 &a = p[t[0]], &b = p[t[1]], &c = p[t[2]];
            const double twice_area_xy = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
            sum += twice_area_xy * ((a[2] - middle) + (b[2] - middle) + (c[2] - middle));
          }
        });
      layer_sum[std::size_t(k)] = sum;
    }
  });
  for (const double sum : layer_sum) six_volumes_voxels_ += sum;
}

VolumeOfLayers::VolumeOfLayers(const FloatImage& whole) {
  whole_.size = whole.size;
  whole_.spacing_mm = whole.spacing_mm;
  whole_.origin_Patient = whole.origin_Patient;
  whole_.direction = whole.direction;
}

double VolumeOfLayers::mm3() const { return six_volumes_voxels_ / 6.0 * whole_.spacing_mm.prod(); }

}  // namespace spongiosa::geometry
