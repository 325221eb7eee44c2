#include "workflow/print/slice_files.h"

#include "core/error.h"
#include "core/file.h"
#include "geometry/io/byte_writer.h"

#include <charconv>

namespace spongiosa::workflow {

namespace {

using geometry::ByteWriter;
using geometry::Contour;

/// What all have in common.
class Written : public SliceFile {
 public:
  explicit Written(const std::filesystem::path& file) : file_(file), bytes_(file_.stream()) {}
  void commit() override {
    end();
    bytes_.flush();
    finish(file_.stream());
    file_.commit();
  }

 protected:
  virtual void end() {}
  /// Corrects what could not be known at the beginning.
  virtual void finish(std::ostream&) {}

  void text(const std::string& piece) { bytes_.put(piece.data(), piece.size()); }
  /// Shortest text that reads back as the same float.
  void number(double value) {
    char buffer[32];
    const char* last = std::to_chars(buffer, buffer + sizeof buffer, float(value) + 0.0f).ptr;
    bytes_.put(buffer, std::size_t(last - buffer));
  }
  template <class T>
  void put(T value) {
    bytes_.put(value);
  }

 private:
  AtomicFile file_;
  ByteWriter bytes_;
};

/// Text of fixed width, so that it can be written again in place.
std::string count_text(std::int64_t count) { return fmt::format("{:08}", count); }

class Cli : public Written {
 public:
  Cli(const std::filesystem::path& file, const SliceFileHead& head, bool binary) : Written(file), binary_(binary) {
    const std::string before = fmt::format(
        "$$HEADERSTART\n{}\n$$UNITS/1\n$$VERSION/200\n$$LABEL/1,{}\n$$DIMENSION/{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f}\n$$LAYERS/",
        binary ? "$$BINARY" : "$$ASCII", head.label, head.min_mm[0], head.min_mm[1], head.min_mm[2], head.max_mm[0], head.max_mm[1], head.max_mm[2]);
    count_at_ = std::streamoff(before.size());
    text(before + count_text(0) + "\n$$HEADEREND" + (binary ? "" : "\n$$GEOMETRYSTART\n"));
  }
  void add(const PrintLayer& layer) override {
    ++layers_;
    if (binary_) {
      put(std::uint16_t(127));
      put(float(layer.top_mm));
    } else {
      text("$$LAYER/");
      number(layer.top_mm);
      text("\n");
    }
    for (const Contour& contour : layer.contours) add(contour);
  }

 private:
  void add(const Contour& contour) {
    // Outlines are closed by repeating the first point. Direction 1: outer, counter-clockwise; 0: inner, clockwise.
    const std::size_t count = contour.points.size() + 1;
    const int direction = contour.area > 0.0 ? 1 : 0;
    if (binary_) {
      put(std::uint16_t(130));
      put(std::int32_t(1));
      put(std::int32_t(direction));
      put(std::int32_t(count));
    } else {
      text(fmt::format("$$POLYLINE/1,{},{}", direction, count));
    }
    for (std::size_t n = 0; n < count; ++n)
      for (const double value : contour.points[n % contour.points.size()]) {
        if (binary_) {
          put(float(value));
        } else {
          text(",");
          number(value);
        }
      }
    if (!binary_) text("\n");
  }
  void end() override {
    if (!binary_) text("$$GEOMETRYEND\n");
  }
  void finish(std::ostream& stream) override {
    stream.seekp(count_at_);
    stream << count_text(layers_);
  }

  bool binary_;
  std::streamoff count_at_ = 0;
  std::int64_t layers_ = 0;
};

class Slc : public Written {
 public:
  Slc(const std::filesystem::path& file, const SliceFileHead& head) : Written(file), top_mm_(head.max_mm[2]) {
    std::string start = fmt::format("-SLCVER 2.0 -UNIT MM -TYPE PART -PACKAGE SPONGIOSA -EXTENTS {:.6f},{:.6f} {:.6f},{:.6f} {:.6f},{:.6f}\r\n\x1a",
                                    head.min_mm[0], head.max_mm[0], head.min_mm[1], head.max_mm[1], head.min_mm[2], head.max_mm[2]);
    text(start + std::string(256, '\0'));  // reserved
    put(std::uint8_t(1));                  // one row of the sampling table: from where, layer, line width, reserved
    for (const double value : {head.min_mm[2], head.layer_mm, 0.0, 0.0}) put(float(value));
  }
  void add(const PrintLayer& layer) override {
    put(float(layer.bottom_mm));
    put(std::uint32_t(layer.contours.size()));
    for (const Contour& contour : layer.contours) {
      const std::size_t count = contour.points.size() + 1;
      put(std::uint32_t(count));
      put(std::uint32_t(0));  // gaps
      for (std::size_t n = 0; n < count; ++n)
        for (const double value : contour.points[n % contour.points.size()]) put(float(value));
    }
    top_mm_ = layer.top_mm;
  }

 private:
  void end() override {
    put(float(top_mm_));
    put(std::uint32_t(0xffffffff));
  }
  double top_mm_;
};

class Svg : public Written {
 public:
  Svg(const std::filesystem::path& file, const SliceFileHead& head) : Written(file), low_(head.min_mm[0], head.min_mm[1]), high_(head.max_mm[0], head.max_mm[1]) {
    const Vec2 size = high_ - low_;
    text(fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.4f}mm\" height=\"{:.4f}mm\" "
                     "viewBox=\"0 0 {:.4f} {:.4f}\">\n",
                     size[0], size[1], size[0], size[1]));
  }
  void add(const PrintLayer& layer) override {
    text(fmt::format("<g id=\"layer{}\" data-bottom-mm=\"{:.6g}\" data-top-mm=\"{:.6g}\" data-area-mm2=\"{:.6g}\"><path fill-rule=\"evenodd\" fill=\"#5a6f86\" d=\"",
                     layers_++, layer.bottom_mm, layer.top_mm, layer.area_mm2));
    for (const Contour& contour : layer.contours) {
      for (std::size_t n = 0; n < contour.points.size(); ++n)
        text(fmt::format("{}{:.4f} {:.4f}", n == 0 ? "M" : "L", contour.points[n][0] - low_[0], high_[1] - contour.points[n][1]));
      text("Z");
    }
    text("\"/></g>\n");
  }

 private:
  void end() override { text("</svg>\n"); }
  Vec2 low_, high_;
  std::int64_t layers_ = 0;
};

}  // namespace

std::unique_ptr<SliceFile> open_slice_file(const std::filesystem::path& file, const SliceFileHead& head) {
  const std::string ending = file.extension().string();
  if (ending == ".cli") return std::make_unique<Cli>(file, head, false);
  if (ending == ".clib") return std::make_unique<Cli>(file, head, true);
  if (ending == ".slc") return std::make_unique<Slc>(file, head);
  if (ending == ".3mf") return open_slice_3mf(file, head);
  if (ending == ".svg") return std::make_unique<Svg>(file, head);
  fail_input("'{}' is no file of layers that can be written; expected a name that ends in .cli, .clib, .slc, .3mf or .svg", file.string());
}

}  // namespace spongiosa::workflow
