#pragma once
/// Fills the elements of a DICOM data set.

#include <gdcmDataSet.h>
#include <gdcmVR.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace spongiosa::geometry::detail {

class DataSetWriter {
 public:
  void text(std::uint16_t group, std::uint16_t element, gdcm::VR::VRType vr, std::string value);
  /// Decimal strings of at most 16 characters each (PS3.5, 6.2), as exact as that allows.
  void numbers(std::uint16_t group, std::uint16_t element, std::initializer_list<double> values);
  void us(std::uint16_t group, std::uint16_t element, std::uint16_t value);
  void ul(std::uint16_t group, std::uint16_t element, std::uint32_t value);
  void pixels(const std::int16_t* values, std::size_t count);
  void sequence(std::uint16_t group, std::uint16_t element, const std::vector<DataSetWriter>& items);
  void remove(std::uint16_t group, std::uint16_t element);
  const gdcm::DataSet& set() const { return set_; }

 private:
  gdcm::DataSet set_;
};

/// 2.25.<decimal of a 128-bit number> (PS3.5, B.2), from a hash of `text`, marked as a version 8 UUID (RFC 9562).
std::string uid_from(const std::string& text);

}  // namespace spongiosa::geometry::detail
