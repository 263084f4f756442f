// Fields that the proxy puts into a message in place of those that came: what annotations ask for.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "proxy/http/field.hpp"

namespace fairway::proxy {

/// For one message. Keeps its memory when cleared. Views must live as long as the message: they point into the request,
/// the pinned snapshot, or what keep() took.
class FieldEdits {
public:
    struct Edit {
        std::string_view name;
        std::string_view value;  ///< empty: the field is only taken away
        bool replaces = true;    ///< false: those that came stay beside it
    };

    /// The message has this field once, with this value; with an empty value it has none.
    void set(std::string_view name, std::string_view value) { set_all({{name, value}}); }
    /// set() of several, whose names differ.
    void set_all(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
        std::erase_if(edits_, [&](const Edit& edit) {
            return std::ranges::any_of(fields,
                                       [&](const auto& field) { return ascii::iequals(edit.name, field.first); });
        });
        for (const auto& [name, value] : fields) edits_.push_back({name, value, true});
    }
    /// One more field, beside those of the same name.
    void add(std::string_view name, std::string_view value) { edits_.push_back({name, value, false}); }
    /// A text that was made for this message.
    std::string_view keep(std::string text) {
        texts_.push_back(std::make_unique<std::string>(std::move(text)));
        return *texts_.back();
    }

    /// Fields that had a value of ours have none, and that which came does not take its place.
    void take_values_away() noexcept {
        for (Edit& edit : edits_) edit.value = {};
    }

    bool empty() const noexcept { return edits_.empty(); }
    /// True when a field that came is left out.
    bool replaces(std::string_view name) const noexcept {
        return std::any_of(edits_.begin(), edits_.end(),
                           [&](const Edit& edit) { return edit.replaces && ascii::iequals(edit.name, name); });
    }
    /// @param emit  void(std::string_view name, std::string_view value)
    template <class Emit>
    void for_each(Emit emit) const {
        for (const Edit& edit : edits_)
            if (!edit.value.empty()) emit(edit.name, edit.value);
    }
    void clear() noexcept {
        edits_.clear();
        texts_.clear();
    }

private:
    std::vector<Edit> edits_;
    std::vector<std::unique_ptr<std::string>> texts_;
};

}  // namespace fairway::proxy
