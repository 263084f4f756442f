#include "app/get/json_access.hpp"

#include <boost/json/serialize.hpp>

namespace fairway::app {

namespace json = boost::json;

namespace {

void append_pretty(std::string& out, const json::value& value, std::size_t depth);

template <class Container, class Append>
void append_items(std::string& out, const Container& items, char open, char close, std::size_t depth, Append append) {
    out += open;
    bool first = true;
    for (const auto& item : items) {
        out += first ? "\n" : ",\n";
        out.append(4 * (depth + 1), ' ');
        append(item);
        first = false;
    }
    if (!first) {
        out += '\n';
        out.append(4 * depth, ' ');
    }
    out += close;
}

void append_pretty(std::string& out, const json::value& value, std::size_t depth) {
    if (const auto* object = value.if_object()) {
        append_items(out, *object, '{', '}', depth, [&](const auto& member) {
            out += json::serialize(json::string(member.key())) + ": ";
            append_pretty(out, member.value(), depth + 1);
        });
    } else if (const auto* array = value.if_array()) {
        append_items(out, *array, '[', ']', depth,
                     [&](const json::value& item) { append_pretty(out, item, depth + 1); });
    } else {
        out += json::serialize(value);
    }
}

}  // namespace

const json::value* value_at(const json::value& root, std::string_view pointer) {
    boost::system::error_code error;
    return root.find_pointer(pointer, error);
}

std::string text_at(const json::value& root, std::string_view pointer) {
    const json::value* const value = value_at(root, pointer);
    if (value == nullptr || value->is_null() || value->is_structured()) return "";
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

const json::array& array_at(const json::value& root, std::string_view pointer) {
    static const json::array kEmpty;
    const json::value* const value = value_at(root, pointer);
    return value != nullptr && value->is_array() ? value->get_array() : kEmpty;
}

const json::object& object_at(const json::value& root, std::string_view pointer) {
    static const json::object kEmpty;
    const json::value* const value = value_at(root, pointer);
    return value != nullptr && value->is_object() ? value->get_object() : kEmpty;
}

std::string pretty_json(const json::value& value) {
    std::string text;
    append_pretty(text, value, 0);
    return text + "\n";
}

}  // namespace fairway::app
