#include "workflow/mask_edits.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/image/image_file.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// What each operation reads beside op and level: a value that would be ignored is a misunderstanding.
const std::vector<std::string>& keys_of(g::MaskOperation operation) {
  using Op = g::MaskOperation;
  static const std::map<Op, std::vector<std::string>> keys = {{Op::kThreshold, {"low_hu", "high_hu"}},
                                                              {Op::kGrow, {"low_hu", "high_hu", "point_mm"}},
                                                              {Op::kSplit, {"point_mm", "second_point_mm"}},
                                                              {Op::kUnion, {"mask"}},
                                                              {Op::kIntersect, {"mask"}},
                                                              {Op::kSubtract, {"mask"}},
                                                              {Op::kSmooth, {"radius_mm"}},
                                                              {Op::kFillHoles, {}},
                                                              {Op::kAddSphere, {"point_mm", "radius_mm"}},
                                                              {Op::kEraseSphere, {"point_mm", "radius_mm"}},
                                                              {Op::kCutPlane, {"point_mm", "normal"}},
                                                              {Op::kKeepPart, {"point_mm"}}};
  return keys.at(operation);
}

g::MaskOperation operation_of(const Json& item) {
  const auto* found = std::find(std::begin(g::kMaskOperationNames), std::end(g::kMaskOperationNames), item.at("op").get<std::string>());
  SPONGIOSA_ASSERT(found != std::end(g::kMaskOperationNames));
  return g::MaskOperation(found - std::begin(g::kMaskOperationNames));
}

void refuse_other_keys(const Json& item, g::MaskOperation operation) {
  const std::vector<std::string>& known = keys_of(operation);
  for (const auto& [key, value] : item.items()) {
    if (value.is_null() || key == "op" || key == "level" || std::find(known.begin(), known.end(), key) != known.end()) continue;
    fail_input("{} does not read {}; it takes {}", item.at("op").get<std::string>(), key, known.empty() ? "nothing" : join(known, ", "));
  }
}

std::optional<double> number(const Json& item, const char* key) {
  return item.at(key).is_null() ? std::nullopt : std::optional(item.at(key).get<double>());
}

std::optional<Vec3> point(const Json& item, const char* key) {
  const Json& value = item.at(key);
  if (value.is_null()) return std::nullopt;
  return Vec3(value.at(0).get<double>(), value.at(1).get<double>(), value.at(2).get<double>());
}

/// Puts the edited mask of one vertebra back among the labels. @return the volume it would have taken from others
double put_back(g::Segmentation& segmentation, std::size_t index, const g::LabelImage& mask) {
  const auto label = std::uint8_t(index + 1);
  const double voxel_mm3 = mask.spacing_mm.prod();
  double volume_mm3 = 0.0, kept_off_mm3 = 0.0;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    std::uint8_t& value = segmentation.labels.data[i];
    if (value != 0 && value != label) {
      kept_off_mm3 += mask.data[i] ? voxel_mm3 : 0.0;
      continue;
    }
    value = mask.data[i] ? label : 0;
    volume_mm3 += mask.data[i] ? voxel_mm3 : 0.0;
  }
  segmentation.volume_mm3[index] = volume_mm3;
  return kept_off_mm3;
}

}  // namespace

fs::path other_mask_of(const Json& item, const std::vector<fs::path>& folders) {
  if (item.at("mask").is_null()) return {};
  const fs::path mask = item.at("mask").get<std::string>();
  std::vector<std::string> tried;
  for (const fs::path& folder : folders) {
    if (folder.empty() && mask.is_relative() && folders.size() > 1) continue;
    std::error_code ignored;
    const fs::path file = folder / mask;
    if (fs::is_regular_file(file, ignored)) return file;
    if (tried.empty() || mask.is_relative()) tried.push_back("'" + file.string() + "'");
  }
  fail_input("there is no mask {}", join(tried, " and no "));
}

g::MaskEdit mask_edit_from_json(const Json& item, const std::vector<fs::path>& folders) {
  g::MaskEdit edit;
  edit.operation = operation_of(item);
  refuse_other_keys(item, edit.operation);
  edit.low_hu = number(item, "low_hu");
  edit.high_hu = number(item, "high_hu");
  edit.point_Patient = point(item, "point_mm");
  edit.second_point_Patient = point(item, "second_point_mm");
  edit.normal = point(item, "normal");
  edit.radius_mm = number(item, "radius_mm");
  if (const fs::path file = other_mask_of(item, folders); !file.empty()) edit.other = g::read_label_image(file);
  return edit;
}

Json to_json(const g::MaskChange& change) {
  Json document = {{"op", g::kMaskOperationNames[int(change.operation)]},
                   {"volume_before_mm3", change.volume_before_mm3},
                   {"volume_after_mm3", change.volume_after_mm3},
                   {"added_mm3", change.added_mm3},
                   {"removed_mm3", change.removed_mm3}};
  if (change.operation == g::MaskOperation::kSmooth) {
    document["voxel_surface_before_mm2"] = change.area_before_mm2;
    document["voxel_surface_after_mm2"] = change.area_after_mm2;
  }
  return document;
}

Json apply_edits(g::Segmentation& segmentation, const std::vector<g::VertebraSeed>& seeds, const Json& edits, const std::vector<fs::path>& folders,
                 const Progress& progress) {
  Json changes = Json::array();
  for (std::size_t n = 0; n < edits.size(); ++n) {
    const Json& item = edits[n];
    progress.report(double(n) / double(edits.size()), fmt::format("edit {} of {}: {}", n + 1, edits.size(), item.at("op").get<std::string>()));
    if (item.at("level").is_null()) fail_input("segmentation.edits[{}].level is missing; name the vertebra whose label is edited", n);
    const std::string level = item.at("level").get<std::string>();
    const auto seed = std::find_if(seeds.begin(), seeds.end(), [&](const g::VertebraSeed& s) { return s.level == level; });
    if (seed == seeds.end()) fail_input("segmentation.edits[{}].level is {}, which has no seed in anatomy.seeds_mm", n, level);
    const std::size_t index = std::size_t(seed - seeds.begin());
    g::LabelImage mask = segmentation.labels.like<std::uint8_t>(0);
    for (std::size_t i = 0; i < mask.data.size(); ++i) mask.data[i] = segmentation.labels.data[i] == std::uint8_t(index + 1);
    Json entry = {{"level", level}};
    try {
      entry.update(to_json(g::apply_mask_edit(mask, segmentation.hu_denoised, mask_edit_from_json(item, folders))));
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) throw;
      fail_input("segmentation.edits[{}] ({}): {}", n, level, error.what());
    }
    const double before_mm3 = segmentation.volume_mm3[index];
    const double kept_off_mm3 = put_back(segmentation, index, mask);
    entry["left_to_other_vertebrae_mm3"] = kept_off_mm3;
    if (segmentation.volume_mm3[index] == 0.0) fail_input("segmentation.edits[{}] ({}): all that is left belongs to other vertebrae", n, level);
    // The operation alone would have had what others keep.
    entry["volume_before_mm3"] = before_mm3;
    entry["volume_after_mm3"] = segmentation.volume_mm3[index];
    entry["added_mm3"] = entry.at("added_mm3").get<double>() - kept_off_mm3;
    changes.push_back(std::move(entry));
  }
  return changes;
}

}  // namespace spongiosa::workflow
