// What a server of the lab shows in TLS instead of the usual, by name: what a client must refuse, and what it may accept.
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "lab/lab_tls.h"

namespace eidkern::lab
{

struct TlsVariant
{
    std::string_view name, german, english;
    void (*change)(TlsProfile& usual);
};

std::span<const TlsVariant> tlsVariants();

std::shared_ptr<TlsContext> tlsContext(std::string_view name, TlsProfile usual); // nullptr: no such name

} // namespace eidkern::lab
