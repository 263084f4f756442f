// Three small HTTP servers inside the program, in place of the pods of examples/kubia.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.hpp"

namespace fairway::app {

/// Each answers every request with "You've hit NAME". They run on a thread of their own until destroyed.
class KubiaPods {
public:
    struct Pod {
        std::string name;  ///< "kubia-" and five letters, as a ReplicaSet names its pods
        SocketAddress address;
    };

    /// Listens on free ports of 127.0.0.1. Throws std::runtime_error when there are none.
    explicit KubiaPods(std::size_t count);
    ~KubiaPods();
    KubiaPods(const KubiaPods&) = delete;
    KubiaPods& operator=(const KubiaPods&) = delete;

    const std::vector<Pod>& pods() const noexcept { return pods_; }

private:
    class State;
    std::unique_ptr<State> state_;
    std::vector<Pod> pods_;
};

}  // namespace fairway::app
