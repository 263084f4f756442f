// Name answers: what DNS last said of the names behind Services of type ExternalName.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

namespace fairway::ingress {

struct NameAnswer {
    std::vector<IpAddress> addresses;  ///< of the last good answer, sorted; empty when there was none yet
    std::string error;                 ///< why the last question failed; empty when it did not

    bool operator==(const NameAnswer&) const = default;
};

/// Written by the name resolver, read when endpoints are resolved; both on the control thread.
class NameAnswers {
public:
    /// nullptr: nobody has asked yet.
    const NameAnswer* of(std::string_view name) const {
        const auto found = answers_.find(name);
        return found == answers_.end() ? nullptr : &found->second;
    }
    /// @return whether that is news.
    bool set(const std::string& name, NameAnswer answer) {
        const auto [at, added] = answers_.try_emplace(name);
        if (!added && at->second == answer) return false;
        at->second = std::move(answer);
        return true;
    }
    void forget(const std::string& name) { answers_.erase(name); }

private:
    std::map<std::string, NameAnswer, std::less<>> answers_;
};

}  // namespace fairway::ingress
