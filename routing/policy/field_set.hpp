// Fields that a ConfigMap lists, to be put into messages: custom-headers, add-headers, proxy-set-headers.
#pragma once

#include <string>
#include <vector>

#include "routing/text_template.hpp"

namespace fairway::routing {

struct FieldSet {
    struct Entry {
        std::string name;
        TextTemplate value;  ///< empty when filled in: the field is taken away

        bool operator==(const Entry&) const = default;
    };
    std::vector<Entry> fields;  ///< in order of name, each name once

    bool operator==(const FieldSet&) const = default;
};

}  // namespace fairway::routing
