#include "geometry/phantom/scanner.h"

#include "geometry/phantom/counter_noise.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

namespace {

constexpr std::uint64_t kNoiseStream = 0;
constexpr double kWideFactor = 3.0, kWideShare = 0.85;

/// Symmetric kernel, index 0 in the middle: w[0], w[1] = w[-1] ... ; sums to 1.
using Kernel = std::vector<float>;

Kernel gaussian(double fwhm_mm, double spacing_mm) {
  const double sigma = fwhm_mm / (2.0 * std::sqrt(2.0 * std::log(2.0))) / spacing_mm;
  const int reach = sigma < 0.15 ? 0 : int(std::ceil(3.5 * sigma));
  std::vector<double> weight(std::size_t(reach) + 1);
  double sum = 0.0;
  for (int n = 0; n <= reach; ++n) {
    weight[std::size_t(n)] = n == 0 ? 1.0 : std::exp(-0.5 * n * n / (sigma * sigma));
    sum += n == 0 ? 1.0 : 2.0 * weight[std::size_t(n)];
  }
  Kernel kernel;
  for (double w : weight) kernel.push_back(float(w / sum));
  return kernel;
}

double overlap(const Kernel& a, const Kernel& b) {
  double sum = double(a[0]) * double(b[0]);
  for (std::size_t n = 1; n < std::min(a.size(), b.size()); ++n) sum += 2.0 * double(a[n]) * double(b[n]);
  return sum;
}

/// out[n] = sum over taps of in[n + tap * stride], n < count; `in` has room for the taps on both sides.
void convolve(const float* in, std::ptrdiff_t stride, std::int64_t count, const Kernel& kernel, float* out) {
  for (std::int64_t n = 0; n < count; ++n) out[n] = kernel[0] * in[n];
  for (std::size_t t = 1; t < kernel.size(); ++t) {
    const float w = kernel[t];
    const float* before = in - std::ptrdiff_t(t) * stride;
    const float* after = in + std::ptrdiff_t(t) * stride;
    for (std::int64_t n = 0; n < count; ++n) out[n] += w * (before[n] + after[n]);
  }
}

/// Filters a padded plane (width x height, rows of `width`) to its inner part of nx x ny; `scratch` is resized as needed.
void convolve_plane(const std::vector<float>& padded, std::int64_t pad, std::int64_t nx, std::int64_t ny, const Kernel& kernel,
                    std::vector<float>& scratch, float* out) {
  const std::int64_t width = nx + 2 * pad, height = ny + 2 * pad;
  scratch.resize(std::size_t(nx * height));
  for (std::int64_t j = 0; j < height; ++j) convolve(&padded[std::size_t(j * width + pad)], 1, nx, kernel, &scratch[std::size_t(j * nx)]);
  for (std::int64_t j = 0; j < ny; ++j) convolve(&scratch[std::size_t((j + pad) * nx)], nx, nx, kernel, out + j * nx);
}

}  // namespace

void blur(FloatImage& image, const Vec3& fwhm_mm) {
  const std::int64_t nx = image.size[0], ny = image.size[1], nz = image.size[2];
  const Kernel in_plane = gaussian(fwhm_mm.x(), image.spacing_mm.x()), across = gaussian(fwhm_mm.z(), image.spacing_mm.z());
  if (in_plane.size() > 1) {
    const std::int64_t pad = std::int64_t(in_plane.size()) - 1;
    tbb::parallel_for(std::int64_t(0), nz, [&](std::int64_t k) {
      std::vector<float> padded(std::size_t((nx + 2 * pad) * (ny + 2 * pad))), scratch;
      for (std::int64_t j = 0; j < ny + 2 * pad; ++j)
        for (std::int64_t i = 0; i < nx + 2 * pad; ++i)
          padded[std::size_t(j * (nx + 2 * pad) + i)] =
              image.at(std::clamp<std::int64_t>(i - pad, 0, nx - 1), std::clamp<std::int64_t>(j - pad, 0, ny - 1), k);
      convolve_plane(padded, pad, nx, ny, in_plane, scratch, &image.at(0, 0, k));
    });
  }
  if (across.size() > 1) {
    const std::int64_t pad = std::int64_t(across.size()) - 1;
    tbb::parallel_for(std::int64_t(0), ny, [&](std::int64_t j) {
      std::vector<float> rows(std::size_t(nx * (nz + 2 * pad)));
      for (std::int64_t k = 0; k < nz + 2 * pad; ++k)
        std::copy_n(&image.at(0, j, std::clamp<std::int64_t>(k - pad, 0, nz - 1)), nx, &rows[std::size_t(k * nx)]);
      for (std::int64_t k = 0; k < nz; ++k) convolve(&rows[std::size_t((k + pad) * nx)], nx, nx, across, &image.at(0, j, k));
    });
  }
}

void add_scanner_noise(FloatImage& image, const ScannerNoise& noise, const Progress& progress) {
  const std::int64_t nx = image.size[0], ny = image.size[1], nz = image.size[2];
  const double spacing = image.spacing_mm.x();
  const Kernel narrow = gaussian(noise.resolution_fwhm_mm, spacing);
  const Kernel wide = gaussian(std::max(kWideFactor * noise.resolution_fwhm_mm, 3.0 * spacing), spacing);
  const Kernel across = gaussian(noise.slice_profile_fwhm_mm, image.spacing_mm.z());
  const auto squared = [](double x) { return x * x; };
  // Variance of filtered white noise: the sum of the squared kernel, by the separability of each part.
  const double variance = (squared(overlap(narrow, narrow)) + squared(kWideShare * overlap(wide, wide)) -
                           2.0 * kWideShare * squared(overlap(narrow, wide))) * overlap(across, across);
  const float scale = float(noise.sd_hu / std::sqrt(variance));

  // White planes filtered in plane, `pad` more than the image at either end, so that the noise is stationary up to the edges.
  const std::int64_t pad_z = std::int64_t(across.size()) - 1, pad = std::int64_t(wide.size()) - 1;
  const std::int64_t planes = nz + 2 * pad_z, width = nx + 2 * pad, height = ny + 2 * pad;
  std::vector<float> filtered(std::size_t(nx * ny * planes));
  constexpr std::int64_t kBatch = 16;
  for (std::int64_t k0 = 0; k0 < planes; k0 += kBatch) {
    progress.report(0.8 * double(k0) / double(planes), "adding noise");
    tbb::parallel_for(k0, std::min(k0 + kBatch, planes), [&](std::int64_t k) {
      std::vector<float> white(std::size_t(width * height)), scratch, low(std::size_t(nx * ny));
      for (std::int64_t j = 0; j < height; ++j)
        for (std::int64_t i = 0; i < width; i += 2) {
          const auto pair = normal_pair(cell_bits(noise.seed, kNoiseStream, i / 2, j, k));
          white[std::size_t(j * width + i)] = pair[0];
          if (i + 1 < width) white[std::size_t(j * width + i + 1)] = pair[1];
        }
      float* out = &filtered[std::size_t(k * nx * ny)];
      convolve_plane(white, pad, nx, ny, narrow, scratch, out);
      convolve_plane(white, pad, nx, ny, wide, scratch, low.data());
      for (std::int64_t n = 0; n < nx * ny; ++n) out[n] -= float(kWideShare) * low[std::size_t(n)];
    });
  }
  progress.report(0.8, "adding noise");
  tbb::parallel_for(std::int64_t(0), ny, [&](std::int64_t j) {
    std::vector<float> row(static_cast<std::size_t>(nx));
    for (std::int64_t k = 0; k < nz; ++k) {
      convolve(&filtered[std::size_t(((k + pad_z) * ny + j) * nx)], nx * ny, nx, across, row.data());
      for (std::int64_t i = 0; i < nx; ++i) image.at(i, j, k) += scale * row[std::size_t(i)];
    }
  });
}

}  // namespace spongiosa::geometry
