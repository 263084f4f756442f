// Runs a fuzzer's function on its seeds, in the order of their names: what one of them has found stays found, in every build of
// the tests. Arguments: their folder.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
    std::vector<std::filesystem::path> seeds;
    if (count == 2)
        for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) seeds.push_back(entry.path());
    std::ranges::sort(seeds);
    for (const auto& seed : seeds) {
        std::puts(seed.filename().c_str());
        std::fflush(stdout);
        std::ifstream file(seed, std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    return seeds.empty() ? 1 : 0;
}
