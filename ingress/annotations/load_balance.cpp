#include "base/spelling.hpp"
#include "ingress/annotations/policies.hpp"

#include <array>

namespace fairway::ingress {

void read_load_balance(SettingReader& settings, routing::LoadBalance& balance) {
    static constexpr std::array<std::string_view, 2> kNames{"round_robin", "ewma"};
    const auto text = settings.find("load-balance");
    if (!text) return;
    if (*text == kNames[0])
        balance = routing::LoadBalance::round_robin;
    else if (*text == kNames[1])
        balance = routing::LoadBalance::ewma;
    else
        settings.refuse("load-balance",
                        fmt::format("\"{}\" is not an algorithm{}; write round_robin or ewma. Keeping {}", *text,
                                    did_you_mean(*text, kNames), kNames[static_cast<std::size_t>(balance)]));
}

}  // namespace fairway::ingress
