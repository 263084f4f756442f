// The value forms that annotations and ConfigMap keys share. Every error is the middle of a sentence that names the
// value and a right way to write it: `"9x" is not a whole number; write 60`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace fairway::ingress {

/// What Go's strconv.ParseBool takes: 1 t T TRUE true True 0 f F FALSE false False.
Result<bool> parse_bool(std::string_view text);

/// "on" or "off".
Result<bool> parse_on_off(std::string_view text);

/// Decimal integer within [min, max].
Result<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max);

/// Whole seconds without a unit: the form of the proxy-*-timeout family. At least `min`; what is more than a year is a year.
Result<std::chrono::seconds> parse_seconds(std::string_view text, std::int64_t min);

/// nginx time: "60", "60s", "1m", "1h30m", "1d"; ms is rounded up to a second. At most a year.
Result<std::chrono::seconds> parse_duration(std::string_view text);

/// nginx size: "8192", "8k", "8m", "1g", any case; "b" after a plain number is accepted.
Result<std::uint64_t> parse_size(std::string_view text);

/// Letters, digits and - . _ ~ / : alone: ingress-nginx's class "basic", for names and plain values.
Result<std::string> parse_basic_text(std::string_view text);

/// These and , ? & = as well: its class "url".
Result<std::string> parse_url_text(std::string_view text);

/// Items between commas, or between spaces, without the spaces and line breaks around them; empty ones are left out.
std::vector<std::string> split_list(std::string_view text, char separator = ',');

/// All of a comma list of addresses and CIDR blocks; one bad item refuses the list.
Result<std::vector<IpNetwork>> parse_networks(std::string_view text);

}  // namespace fairway::ingress
