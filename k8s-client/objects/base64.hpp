// Base64 as Go's encoding/base64.StdEncoding reads it, which is how Kubernetes reads a Secret's data.
#pragma once

#include <string>
#include <string_view>

namespace fairway::k8s {

/// Decodes into `out`, in place of what it held: no other memory sees the value. Line breaks are skipped, padding is
/// required. False when `text` is not base64; `out` is then wiped.
bool decode_base64(std::string_view text, std::string& out);

}  // namespace fairway::k8s
