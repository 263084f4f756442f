// Takes the answer to a list request apart while it arrives, so that no more than one object's text is held at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "k8s-client/api/wiping_allocator.hpp"

namespace fairway::k8s {

class ListSplitter {
public:
    /// Told of each object as a list of this one alone: a text for decode(). Valid during the call.
    using OnItem = std::function<void(std::string_view list)>;

    /// @param kind, api_version  of the objects, which leave them out in a list: "Ingress", "networking.k8s.io/v1".
    ListSplitter(std::string_view kind, std::string_view api_version, OnItem on_item);

    /// The next bytes of the answer, split anywhere. False: an object is larger than 16 MiB, or this is no list.
    bool feed(std::string_view bytes);
    /// The list without its items, as JSON: whole once the answer has been fed to its end.
    std::string_view rest() const noexcept { return rest_; }

private:
    bool string(std::string_view bytes, std::size_t& at);
    bool structure(char c);
    bool keep(std::string_view bytes);
    void begin_item();
    void end_item();

    std::string opening_;
    OnItem on_item_;
    WipedString item_;
    std::string rest_;
    std::string key_;  ///< the last string at depth 1
    std::size_t depth_ = 0;
    bool in_items_ = false;
    bool in_item_ = false;
    bool in_string_ = false;
    bool escaped_ = false;
};

}  // namespace fairway::k8s
