#include "lattice/build/calibrate_part.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spongiosa::lattice {
namespace {

constexpr double kTolerance = 0.0004;      ///< the promise of the whole is 0.05 percentage points
constexpr double kZoneTolerance = 0.0005;
/// Where struts come loose from one density to the next, the porosity jumps, and the request may lie within the jump.
constexpr double kAcrossJump = 0.0025;
constexpr int kMostSteps = 12;

/// Regula falsi on the shift of one zone's density. Density is what the cell's table is in, so that the slope begins at one.
class ShiftSearch {
 public:
  explicit ShiftSearch(double shift) : shift_(shift) {}
  double shift() const { return shift_; }
  void correct(double excess) {
    if (has_last_ && std::abs(shift_ - last_shift_) > 1e-9) {
      const double secant = (excess - last_excess_) / (shift_ - last_shift_);
      // A density that does not grow with the request is noise of the grid.
      if (secant > 0.3 && secant < 3.0) slope_ = secant;
    }
    has_last_ = true;
    last_shift_ = shift_;
    last_excess_ = excess;
    shift_ -= excess / slope_;
  }

 private:
  double shift_, slope_ = 1.0, last_shift_ = 0.0, last_excess_ = 0.0;
  bool has_last_ = false;
};

PartPorosity porosity_of(const PartField& part, const EnvelopeVolumes& envelope, const PartVolumes& volumes) {
  PartPorosity result;
  result.solid_mm3 = volumes.solid_mm3;
  const double lattice_mm3 = volumes.solid_mm3 - envelope.solid_zone_mm3;
  result.porosity_fraction = 1.0 - lattice_mm3 / envelope.porous_zone_mm3;
  double envelope_sum = 0.0, wanted_sum = 0.0, solid_sum = 0.0;
  for (const EnvelopeVolumes::OfZone& zone : envelope.zones) {
    envelope_sum += zone.volume_mm3;
    wanted_sum += zone.wanted_mm3;
  }
  result.wanted_fraction = 1.0 - wanted_sum / envelope_sum;
  if (part.zones().size() == 1) {
    result.zone_fraction = {result.porosity_fraction};
    result.zone_wanted = {result.wanted_fraction};
    return result;
  }
  for (const double solid : volumes.zone_solid_mm3) solid_sum += solid;
  double lattice_envelope = 0.0;
  for (std::size_t zone = 0; zone < part.zones().size(); ++zone)
    if (part.zones()[zone].fill == ZoneFill::kLattice) lattice_envelope += envelope.zones[zone].volume_mm3;
  // The mesh decides: what its volume differs from the sum over voxels is shared out among the lattices, by their envelopes.
  const double mesh_excess =
      (lattice_mm3 * envelope_sum / envelope.porous_zone_mm3 - solid_sum) / std::max(lattice_envelope, 1e-9);
  for (std::size_t zone = 0; zone < part.zones().size(); ++zone) {
    const EnvelopeVolumes::OfZone& of = envelope.zones[zone];
    const bool lattice = part.zones()[zone].fill == ZoneFill::kLattice;
    const double nothing = std::numeric_limits<double>::quiet_NaN();
    result.zone_fraction.push_back(
        of.volume_mm3 > 0.0 ? 1.0 - volumes.zone_solid_mm3[zone] / of.volume_mm3 - (lattice ? mesh_excess : 0.0) : nothing);
    result.zone_wanted.push_back(of.volume_mm3 > 0.0 ? 1.0 - of.wanted_mm3 / of.volume_mm3 : nothing);
  }
  return result;
}

/// Largest difference between porosity and request, over the zones of lattice.
double deviation(const PartField& part, const PartPorosity& porosity) {
  if (part.zones().size() == 1) return std::abs(porosity.porosity_fraction - porosity.wanted_fraction);
  double largest = 0.0;
  for (std::size_t zone = 0; zone < part.zones().size(); ++zone)
    if (part.zones()[zone].fill == ZoneFill::kLattice && !std::isnan(porosity.zone_fraction[zone]))
      largest = std::max(largest, std::abs(porosity.zone_fraction[zone] - porosity.zone_wanted[zone]));
  return largest;
}

}  // namespace

PartPorosity calibrate_part(PartField& part, const EnvelopeVolumes& envelope, const Progress& progress) {
  const std::size_t zones = part.zones().size();
  std::vector<ShiftSearch> searches;
  for (std::size_t zone = 0; zone < zones; ++zone) {
    const Zone& of = part.zones()[zone];
    searches.emplace_back(of.density_shift + of.border_shift * envelope.zones[zone].border_share);
  }
  const double tolerance = zones == 1 ? kTolerance : kZoneTolerance;
  double nearest = std::numeric_limits<double>::infinity();
  std::vector<double> nearest_shifts;
  for (int step = 0;; ++step) {
    const double begin = double(step) / (step + 3.0), end = double(step + 1) / (step + 4.0);
    const PartVolumes volumes = measure_part(part, progress.part(begin, end));
    PartPorosity porosity = porosity_of(part, envelope, volumes);
    porosity.steps = step;
    const double off = deviation(part, porosity);
    if (off < tolerance || (step > kMostSteps && off <= nearest)) {
      porosity.islands = volumes.pieces.islands();
      return porosity;
    }
    if (off < nearest) {
      nearest = off;
      nearest_shifts.clear();
      for (const ShiftSearch& search : searches) nearest_shifts.push_back(search.shift());
    }
    if (step == kMostSteps && nearest <= kAcrossJump) {
      for (std::size_t zone = 0; zone < zones; ++zone) part.shift_density(zone, nearest_shifts[zone], envelope.zones[zone].border_share);
      continue;
    }
    if (step >= kMostSteps)
      fail_computation("lattice: after {} corrections the part's porosity is {:.2f} %, not the {:.2f} % asked for. Ask for a smaller cell "
                       "or a larger zone: too little of the lattice lies within it",
                       step, 100 * porosity.porosity_fraction, 100 * porosity.wanted_fraction);
    const double whole = porosity.wanted_fraction - porosity.porosity_fraction;
    for (std::size_t zone = 0; zone < zones; ++zone) {
      if (part.zones()[zone].fill != ZoneFill::kLattice || std::isnan(porosity.zone_fraction[zone])) continue;
      searches[zone].correct(zones == 1 ? whole : porosity.zone_wanted[zone] - porosity.zone_fraction[zone]);
      part.shift_density(zone, searches[zone].shift(), envelope.zones[zone].border_share);
    }
  }
}

}  // namespace spongiosa::lattice
