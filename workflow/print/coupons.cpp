#include "workflow/print/coupons.h"

#include "core/error.h"
#include "workflow/case_lattice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace spongiosa::workflow {

namespace {

constexpr int kLeastCells = 10, kMostCells = 40;

/// What makes the cell, whatever its size, density and place.
const std::vector<const char*> kCellKeys = {"cell",           "cell_expression",       "cell_offset",           "strut_taper", "node_fillet_fraction",
                                            "strut_hollow_fraction", "plate_opening_fraction", "seed",           "tile",        "cone_angles_deg",
                                            "rotation_deg"};

Json lattice_of(const CouponLattice& from, const Json& zones) {
  std::map<std::string, Json> given;
  for (const char* key : kCellKeys)
    if (!from.keys.at(key).is_null()) given[key] = from.keys.at(key);
  given["cell_size_mm"] = from.cell_size_mm;
  given["porosity_fraction"] = from.porosity_fraction;
  given["voxel_mm"] = from.voxel_mm;
  given["islands"] = "remove";  // cells cut by the sides leave some
  given["zones"] = zones;
  return lattice_section(given, "coupons");
}

Json solid_beyond(double half_height_mm, const char* name) {
  return Json::array({{{"name", name}, {"content", "solid"}, {"region_expression", fmt::format("{:.17g} - abs(z)", half_height_mm)}}});
}

}  // namespace

CouponKind coupon_kind(const std::string& name) {
  if (name == "compression") return CouponKind::kCompression;
  if (name == "tension") return CouponKind::kTension;
  if (name == "shear") return CouponKind::kShear;
  fail_usage("there is no coupon '{}'; expected compression, tension or shear", name);
}

double Coupon::distance_to_lattice_mm(const Vec3& p) const {
  const double end = std::abs(p[2]) - 0.5 * lattice_height_mm;
  if (kind == CouponKind::kShear) return std::max({std::abs(p[0]) - 0.5 * size_mm[0], std::abs(p[1]) - 0.5 * size_mm[1], end});
  return std::max(p.head<2>().norm() - 0.5 * size_mm[0], end);
}

Coupon make_coupon(CouponKind kind, const CouponLattice& lattice, const MachineProfile& profile, int cells_across) {
  if (cells_across < kLeastCells || cells_across > kMostCells)
    fail_usage("coupons of {} cells across; expected {} to {}", cells_across, kLeastCells, kMostCells);
  const double width = cells_across * lattice.cell_size_mm;
  // Thick enough to stay flat: plates and grips are full metal.
  const double plate = std::max(2.0, 5.0 * profile.min_wall_mm.value);
  Coupon coupon{kind, "", "", "", {}, Vec3::Constant(width), 0.0, 0.25 * std::numbers::pi * width * width};
  Json zones = Json::array();
  switch (kind) {
    case CouponKind::kCompression:
      coupon.name = "compression";
      coupon.basis = "ISO 13314:2011: at least 10 cells across, height 1 to 2 diameters (from memory, not verified)";
      coupon.lattice_height_mm = coupon.size_mm[2] = 1.5 * width;
      break;
    case CouponKind::kTension:
      coupon.name = "tension";
      coupon.basis = "gauge of two diameters between solid grips of one and a half (policy: no standard for porous metals is followed)";
      coupon.lattice_height_mm = 2.0 * width;
      coupon.size_mm[2] = 5.0 * width;
      zones = solid_beyond(0.5 * coupon.lattice_height_mm, "grips");
      break;
    case CouponKind::kShear:
      coupon.name = "shear";
      coupon.basis = "block four times as long and twice as wide as thick between solid plates (policy: no standard for porous metals is followed)";
      coupon.lattice_height_mm = 0.5 * width;
      coupon.size_mm = {2.0 * width, width, 0.5 * width + 2.0 * plate};
      coupon.section_mm2 = 2.0 * width * width;
      zones = solid_beyond(0.5 * coupon.lattice_height_mm, "plates");
      break;
  }
  const Vec3& s = coupon.size_mm;
  coupon.shape = kind == CouponKind::kShear ? fmt::format("box:{:.17g}x{:.17g}x{:.17g}", s[0], s[1], s[2]) : fmt::format("cylinder:{:.17g}x{:.17g}", s[0], s[2]);
  coupon.lattice = lattice_of(lattice, zones);
  return coupon;
}

std::vector<std::string> left_out_of_coupons(const Json& keys) {
  std::vector<std::string> sentences;
  const auto given = [&](const char* key) { return keys.contains(key) && !keys.at(key).is_null(); };
  if (given("porosity_expression")) sentences.push_back("The porosity of the part is graded; the coupons have its mean.");
  if (given("cell_size_expression")) sentences.push_back("The cell size of the part is graded; the coupons have one size.");
  if (given("turn_x_expression") || given("turn_y_expression") || given("turn_z_expression"))
    sentences.push_back("The cells of the part turn from place to place; those of the coupons stand along the axes.");
  if (given("blend_cell")) sentences.push_back("The part blends two kinds of cells; the coupons have the first.");
  if (given("frame") && keys.at("frame") != "cartesian") sentences.push_back("The cells of the part follow its " + keys.at("frame").get<std::string>() + " frame; those of the coupons stand in rows.");
  return sentences;
}

}  // namespace spongiosa::workflow
