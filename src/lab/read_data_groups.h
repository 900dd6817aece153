// Data groups of the eID application (TR-03110-4 2.1, EF.DG1..DG22) as values. Pure; any bytes may come in.
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "core/bytes.h"

namespace eidkern::lab
{

struct Place // GeneralPlace
{
    enum class Kind { Structured, FreeText, None } kind = Kind::Structured;
    std::string text = {};                                                       // FreeText, None
    std::string street = {}, city = {}, state = {}, country = {}, zipCode = {};  // Structured; empty: absent
    bool operator==(const Place&) const = default;
};

// Texts are valid UTF-8. Dates are "YYYYMMDD", with blanks for what is unknown in DG8. Bytes: DG12, DG14, DG16 and DG18.
using DataGroupValue = std::variant<std::string, Place, Bytes>;

// `file` is the whole file, zero bytes behind its TLV are tolerated. Nothing: not a group of this number, or malformed.
std::optional<DataGroupValue> readDataGroup(int number, ByteView file);

} // namespace eidkern::lab
