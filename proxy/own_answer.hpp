// An answer that the proxy gives itself, without asking an endpoint.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::proxy {

/// The body is the page of the status (http/error_page.hpp); fields beside these go through Exchange::response_edits.
struct OwnAnswer {
    std::uint16_t status = 500;
    std::string location{};           ///< of redirects; empty: no field
    std::string_view content_type{};  ///< of an answer without a body (204); else the page's own
    bool empty = false;               ///< no body, whatever the status
    std::string_view reason{};        ///< a sentence for the page; empty: none
};

}  // namespace fairway::proxy
