#include "core/error.h"
#include "geometry/bone/corpectomy.h"

#include <cmath>

namespace spongiosa::geometry {
namespace {

Json vector_json(const Vec3& v) { return Json::array({v[0], v[1], v[2]}); }
Vec3 vector_from(const Json& j) { return {j.at(0).get<double>(), j.at(1).get<double>(), j.at(2).get<double>()}; }

Json field_json(const HeightField& field) {
  Json z = Json::array(), measured = Json::array();
  for (int j = 0; j < field.ny; ++j) {
    Json row = Json::array();
    std::string marks;
    for (int i = 0; i < field.nx; ++i) {
      const std::size_t at = std::size_t(i) + std::size_t(field.nx) * std::size_t(j);
      row.push_back(std::round(double(field.z_mm[at]) * 1e4) / 1e4);
      marks += field.measured[at] ? '1' : '0';
    }
    z.push_back(row);
    measured.push_back(marks);
  }
  return Json{{"x0_mm", field.x0_mm}, {"y0_mm", field.y0_mm}, {"step_mm", field.step_mm}, {"z_mm", z}, {"measured", measured}};
}

HeightField field_from(const Json& j) {
  HeightField field;
  field.x0_mm = j.at("x0_mm").get<double>();
  field.y0_mm = j.at("y0_mm").get<double>();
  field.step_mm = j.at("step_mm").get<double>();
  const Json &z = j.at("z_mm"), &measured = j.at("measured");
  field.ny = int(z.size());
  field.nx = z.empty() ? 0 : int(z.at(0).size());
  if (measured.size() != z.size()) fail_input("height field: {} rows of heights but {} of marks", z.size(), measured.size());
  for (std::size_t row = 0; row < z.size(); ++row) {
    const auto marks = measured.at(row).get<std::string>();
    if (z.at(row).size() != std::size_t(field.nx) || marks.size() != std::size_t(field.nx))
      fail_input("height field: row {} has not {} values like the first", row, field.nx);
    for (const Json& value : z.at(row)) field.z_mm.push_back(float(value.get<double>()));
    for (const char mark : marks) field.measured.push_back(mark == '1');
  }
  return field;
}

Json endplate_json(const Endplate& plate) {
  Json outline = Json::array();
  for (const Vec2& p : plate.outline) outline.push_back(Json::array({p[0], p[1]}));
  return Json{{"centre_mm", vector_json(plate.centre)}, {"normal", vector_json(plate.normal)},
              {"width_mm", plate.width_mm},             {"depth_mm", plate.depth_mm},
              {"concavity_mm", plate.concavity_mm},     {"roughness_mm", plate.roughness_mm},
              {"outline_mm", outline},                  {"surface", field_json(plate.surface)}};
}

Endplate endplate_from(const Json& j) {
  Endplate plate;
  plate.centre = vector_from(j.at("centre_mm"));
  plate.normal = vector_from(j.at("normal"));
  plate.width_mm = j.at("width_mm").get<double>();
  plate.depth_mm = j.at("depth_mm").get<double>();
  plate.concavity_mm = j.at("concavity_mm").get<double>();
  plate.roughness_mm = j.at("roughness_mm").get<double>();
  for (const Json& p : j.at("outline_mm")) plate.outline.emplace_back(p.at(0).get<double>(), p.at(1).get<double>());
  plate.surface = field_from(j.at("surface"));
  return plate;
}

}  // namespace

Json to_json(const CorpectomyAnatomy& a) {
  Json document;
  document["frame"] = Json{{"origin_Patient_mm", vector_json(a.frame.origin_Patient)},
                           {"x_Patient", vector_json(a.frame.axes_Patient.col(0))},
                           {"y_Patient", vector_json(a.frame.axes_Patient.col(1))},
                           {"z_Patient", vector_json(a.frame.axes_Patient.col(2))}};
  document["cranial_level"] = a.cranial_level;
  document["replaced_level"] = a.replaced_level;
  document["caudal_level"] = a.caudal_level;
  document["gap_height_mm"] = a.gap_height_mm;
  document["body_height_mm"] = a.body_height_mm;
  document["lordosis_deg"] = a.lordosis_deg;
  document["coronal_angle_deg"] = a.coronal_angle_deg;
  document["canal_y_mm"] = a.canal_y_mm;
  document["notes"] = a.notes;
  document["cranial"] = endplate_json(a.cranial);
  document["caudal"] = endplate_json(a.caudal);
  document["replaced_superior"] = endplate_json(a.replaced_superior);
  document["replaced_inferior"] = endplate_json(a.replaced_inferior);
  return document;
}

CorpectomyAnatomy corpectomy_from_json(const Json& document) {
  try {
    CorpectomyAnatomy a;
    const Json& frame = document.at("frame");
    a.frame.origin_Patient = vector_from(frame.at("origin_Patient_mm"));
    a.frame.axes_Patient.col(0) = vector_from(frame.at("x_Patient"));
    a.frame.axes_Patient.col(1) = vector_from(frame.at("y_Patient"));
    a.frame.axes_Patient.col(2) = vector_from(frame.at("z_Patient"));
    a.cranial_level = document.at("cranial_level").get<std::string>();
    a.replaced_level = document.at("replaced_level").get<std::string>();
    a.caudal_level = document.at("caudal_level").get<std::string>();
    a.gap_height_mm = document.at("gap_height_mm").get<double>();
    a.body_height_mm = document.at("body_height_mm").get<double>();
    a.lordosis_deg = document.at("lordosis_deg").get<double>();
    a.coronal_angle_deg = document.at("coronal_angle_deg").get<double>();
    a.canal_y_mm = document.at("canal_y_mm").get<double>();
    a.notes = document.at("notes").get<std::vector<std::string>>();
    a.cranial = endplate_from(document.at("cranial"));
    a.caudal = endplate_from(document.at("caudal"));
    a.replaced_superior = endplate_from(document.at("replaced_superior"));
    a.replaced_inferior = endplate_from(document.at("replaced_inferior"));
    return a;
  } catch (const nlohmann::json::exception& e) {
    fail_input("corpectomy anatomy: not as this program writes it ({}); measure it again", e.what());
  }
}

}  // namespace spongiosa::geometry
