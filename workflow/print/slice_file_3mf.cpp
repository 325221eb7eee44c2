/// Layers as a 3MF slice stack.

#include "core/hash.h"
#include "geometry/io/threemf_package.h"
#include "workflow/print/slice_files.h"

namespace spongiosa::workflow {

namespace {

using geometry::XmlLine;

/// 3MF slice extension 1.0: a stack of outlines and, because an object must have a mesh, the box of the part as mesh of low resolution. Programs that do
/// not know slices must refuse the file (requiredextensions) rather than print the box.
class Slice3mf : public SliceFile {
 public:
  Slice3mf(const std::filesystem::path& file, const SliceFileHead& head) : package_(file), head_(head) {
    package_.begin_model(Json{{"Title", head.label}, {"layer_mm", fmt::format("{}", head.layer_mm)}}, geometry::ThreeMfExtension::kSlices);
    package_.text(fmt::format("<s:slicestack id=\"1\" zbottom=\"{}\">\n", float(head.min_mm[2])));
    hash_ = sha256(fmt::format("{} {}", head.label, head.layer_mm));
  }

  void add(const PrintLayer& layer) override {
    XmlLine line;
    line.text("<s:slice ztop=\"").number(float(layer.top_mm)).text("\">\n").write(package_.bytes());
    if (!layer.contours.empty()) {
      package_.text("<s:vertices>\n");
      for (const geometry::Contour& contour : layer.contours)
        for (const Vec2& p : contour.points)
          line.text("<s:vertex x=\"").number(float(p[0]) + 0.0f).text("\" y=\"").number(float(p[1]) + 0.0f).text("\"/>\n").write(package_.bytes());
      package_.text("</s:vertices>\n");
    }
    std::size_t first = 0;
    for (const geometry::Contour& contour : layer.contours) {
      line.text("<s:polygon startv=\"").number(first).text("\">\n").write(package_.bytes());
      for (std::size_t n = 1; n <= contour.points.size(); ++n)
        line.text("<s:segment v2=\"").number(first + n % contour.points.size()).text("\"/>\n").write(package_.bytes());
      package_.text("</s:polygon>\n");
      first += contour.points.size();
    }
    package_.text("</s:slice>\n");
    hash_ = sha256(fmt::format("{} {} {} {}", hash_, layer.top_mm, layer.area_mm2, first));
  }

  void commit() override {
    package_.text(fmt::format("</s:slicestack>\n<object id=\"2\" type=\"model\" p:UUID=\"{}\" s:slicestackid=\"1\" s:meshresolution=\"lowres\">\n<mesh>\n",
                              geometry::threemf_uuid(hash_, "object 2")));
    std::vector<Vec3f> corners;
    for (int c = 0; c < 8; ++c)
      corners.push_back(Vec3(c & 1 ? head_.max_mm[0] : head_.min_mm[0], c & 2 ? head_.max_mm[1] : head_.min_mm[1], c & 4 ? head_.max_mm[2] : head_.min_mm[2]).cast<float>());
    package_.write_vertices(corners, Progress());
    package_.write_triangles({{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4}, {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}}, Progress());
    package_.text("</mesh>\n</object>\n");
    package_.end_model(2, hash_);
    package_.commit(Progress());
  }

 private:
  geometry::ThreeMfPackage package_;
  SliceFileHead head_;
  std::string hash_;
};

}  // namespace

std::unique_ptr<SliceFile> open_slice_3mf(const std::filesystem::path& file, const SliceFileHead& head) { return std::make_unique<Slice3mf>(file, head); }

}  // namespace spongiosa::workflow
