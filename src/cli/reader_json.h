// What readers can do, for programs.
#pragma once
#include <QJsonObject>

#include "eidkern/readers.h"

namespace eidkern::cli
{

inline QJsonObject featuresJson(const ReaderFeatures& features)
{
    return {{QStringLiteral("pace"), features.pace},
            {QStringLiteral("paceEnds"), features.paceEnds},
            {QStringLiteral("qes"), features.qes},
            {QStringLiteral("verifyPin"), features.verifyPin},
            {QStringLiteral("modifyPin"), features.modifyPin},
            {QStringLiteral("extendedLength"), features.extendedLength}};
}

} // namespace eidkern::cli
