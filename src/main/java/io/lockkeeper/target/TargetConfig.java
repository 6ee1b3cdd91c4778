package io.lockkeeper.target;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/// Where targets may lie.
@ConfigMapping(prefix = "lockkeeper.targets")
interface TargetConfig {
    /// Networks (`10.0.0.0/8`), hosts (`db.example.com`) and domains (`.example.com`); absent: everywhere
    /// that is not denied.
    Optional<List<String>> allowedHosts();

    /// Networks that are never gone to, whoever asks: by default the unspecified, link-local and multicast ones, among
    /// which are the clouds' metadata services.
    @WithDefault(
            "0.0.0.0/8,169.254.0.0/16,224.0.0.0/4,240.0.0.0/4,100.100.100.200/32,192.0.0.192/32,::/128,fe80::/10,ff00::/8,fd00:ec2::/32")
    List<String> deniedNetworks();
}
