// How much a service may make of one login. Whatever comes from outside and repeats, or grows, has a row here.
#pragma once
#include <cstddef>

namespace eidkern::budget
{

inline constexpr int redirects = 20;                            // followed for the tcToken; for the refresh address again
inline constexpr std::size_t largestPage = 64 * 1024;           // bytes of a reply that is no PAOS message
inline constexpr std::size_t largestMessage = 4 * 1024 * 1024;  // bytes of a PAOS message
inline constexpr int messages = 1024;                           // PAOS messages of the server
inline constexpr std::size_t bytes = 16 * 1024 * 1024;          //   and all their bytes
inline constexpr std::size_t apdus = 8192;                      //   and all APDUs in them

} // namespace eidkern::budget
