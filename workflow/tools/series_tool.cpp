#include "workflow/tools/series_tool.h"

#include "geometry/ct/import.h"

namespace spongiosa::workflow {

namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json run_series_job(const SeriesJob& job, const Progress& progress) {
  std::vector<std::string> notes;
  Json rows = Json::array();
  for (const geometry::SeriesSummary& series : geometry::list_series(job.path, job.reference_date, notes, progress))
    rows.push_back({{"series_uid_ending", series.uid_ending},
                    {"slices", series.slices},
                    {"columns", series.columns},
                    {"rows", series.rows},
                    {"pixel_mm", series.pixel_mm ? Json{series.pixel_mm->x(), series.pixel_mm->y()} : Json(nullptr)},
                    {"spacing", series.spacing},
                    {"slice_thickness_mm", or_null(series.thickness_mm)},
                    {"kvp", or_null(series.kvp)},
                    {"kernel", series.kernel.empty() ? Json(nullptr) : Json(series.kernel)},
                    {"age_days", or_null(series.age_days)},
                    {"scout", series.scout}});
  return {{"format", "spongiosa-series"}, {"version", 1}, {"series", std::move(rows)}, {"notes", notes}};
}

}  // namespace spongiosa::workflow
