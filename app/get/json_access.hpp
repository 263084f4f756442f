// Reading JSON that another process wrote: whatever is missing or of another type reads as empty.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace fairway::app {

/// @param pointer  RFC 6901: "/metadata/name". nullptr: not there.
const boost::json::value* value_at(const boost::json::value& root, std::string_view pointer);
/// A string, or a number or bool in text.
std::string text_at(const boost::json::value& root, std::string_view pointer);
const boost::json::array& array_at(const boost::json::value& root, std::string_view pointer);
const boost::json::object& object_at(const boost::json::value& root, std::string_view pointer);

/// Indented by four blanks, as kubectl -o json does, with a final line end.
std::string pretty_json(const boost::json::value& value);

}  // namespace fairway::app
