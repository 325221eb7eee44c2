#include "geometry/ct/detail/dicom_data_set.h"

#include "core/hash.h"

#include <fmt/format.h>
#include <gdcmDataElement.h>
#include <gdcmItem.h>
#include <gdcmSequenceOfItems.h>

namespace spongiosa::geometry::detail {

namespace {

gdcm::DataElement binary(std::uint16_t group, std::uint16_t element, gdcm::VR::VRType vr, const void* bytes, std::size_t count) {
  gdcm::DataElement item(gdcm::Tag(group, element));
  item.SetVR(vr);
  item.SetByteValue(static_cast<const char*>(bytes), gdcm::VL(std::uint32_t(count)));
  return item;
}

std::string decimal_string(double value) {
  std::string text = fmt::format("{}", value == 0.0 ? 0.0 : value);
  for (int digits = 16; text.size() > 16; --digits) text = fmt::format("{:.{}g}", value, digits);
  return text;
}

}  // namespace

void DataSetWriter::text(std::uint16_t group, std::uint16_t element, gdcm::VR::VRType vr, std::string value) {
  // Even lengths: UIDs are filled up with a zero, text with a blank (PS3.5, 6.2).
  if (value.size() % 2) value += vr == gdcm::VR::UI ? '\0' : ' ';
  set_.Replace(binary(group, element, vr, value.data(), value.size()));
}

void DataSetWriter::numbers(std::uint16_t group, std::uint16_t element, std::initializer_list<double> values) {
  std::string joined;
  for (const double value : values) joined += (joined.empty() ? "" : "\\") + decimal_string(value);
  text(group, element, gdcm::VR::DS, joined);
}

void DataSetWriter::us(std::uint16_t group, std::uint16_t element, std::uint16_t value) {
  set_.Replace(binary(group, element, gdcm::VR::US, &value, sizeof value));
}

void DataSetWriter::ul(std::uint16_t group, std::uint16_t element, std::uint32_t value) {
  set_.Replace(binary(group, element, gdcm::VR::UL, &value, sizeof value));
}

void DataSetWriter::pixels(const std::int16_t* values, std::size_t count) {
  set_.Replace(binary(0x7fe0, 0x0010, gdcm::VR::OW, values, count * sizeof(std::int16_t)));
}

void DataSetWriter::sequence(std::uint16_t group, std::uint16_t element, const std::vector<DataSetWriter>& items) {
  gdcm::SmartPointer<gdcm::SequenceOfItems> all = new gdcm::SequenceOfItems;
  all->SetLengthToUndefined();
  for (const DataSetWriter& content : items) {
    gdcm::Item item;
    item.SetVLToUndefined();
    item.SetNestedDataSet(content.set());
    all->AddItem(item);
  }
  gdcm::DataElement sequence(gdcm::Tag(group, element));
  sequence.SetVR(gdcm::VR::SQ);
  sequence.SetValue(*all);
  sequence.SetVLToUndefined();
  set_.Replace(sequence);
}

void DataSetWriter::remove(std::uint16_t group, std::uint16_t element) { set_.Remove(gdcm::Tag(group, element)); }

std::string uid_from(const std::string& text) {
  __extension__ using Uint128 = unsigned __int128;
  const std::string hash = sha256(text);
  Uint128 number = 0;
  for (int n = 0; n < 32; ++n) number = number * 16 + unsigned(hash[std::size_t(n)] <= '9' ? hash[std::size_t(n)] - '0' : hash[std::size_t(n)] - 'a' + 10);
  number = (number & ~(Uint128(0xf) << 76)) | (Uint128(0x8) << 76);
  number = (number & ~(Uint128(0x3) << 62)) | (Uint128(0x2) << 62);
  std::string digits;
  for (; number > 0; number /= 10) digits.insert(digits.begin(), char('0' + int(number % 10)));
  return "2.25." + digits;
}

}  // namespace spongiosa::geometry::detail
