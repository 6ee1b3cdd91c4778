package io.lockkeeper.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Refused;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostRulesTest {
    @Test
    void neverGoesToMetadataServicesHoweverTheyAreWritten() {
        HostRules rules = rules(Map.of());
        for (String address : List.of(
                "169.254.169.254",
                "0.0.0.0",
                "::",
                "fe80::1",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "fd00:ec2::254",
                "224.0.0.1")) {
            assertThat(rules.permits("somewhere").test(InetAddress.ofLiteral(address)))
                    .as(address)
                    .isFalse();
            assertThatThrownBy(() -> rules.checkWritten(address)).as(address).isInstanceOf(Refused.class);
        }
        assertThat(rules.permits("db").test(InetAddress.ofLiteral("10.1.2.3"))).isTrue();
        assertThat(rules.permits("db").test(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
    }

    @Test
    void goesOnlyWhereTheOperatorAllows() {
        HostRules rules =
                rules(Map.of("lockkeeper.targets.allowed-hosts", "10.0.0.0/8, .db.example.com,pg.example.org"));
        InetAddress inside = InetAddress.ofLiteral("10.1.2.3");
        InetAddress outside = InetAddress.ofLiteral("192.0.2.7");
        assertThat(rules.permits("anything").test(inside)).isTrue();
        assertThat(rules.permits("anything").test(outside)).isFalse();
        assertThat(rules.permits("a.db.example.com.").test(outside)).isTrue();
        assertThat(rules.permits("PG.example.org").test(outside)).isTrue();
        assertThat(rules.permits("evil-db.example.com").test(outside)).isFalse();
        assertThat(rules.permits("a.db.example.com").test(InetAddress.ofLiteral("169.254.169.254")))
                .isFalse();
        assertThatThrownBy(() -> rules.checkWritten("192.0.2.7")).isInstanceOf(Refused.class);
        assertThatCode(() -> rules.checkWritten("10.9.9.9")).doesNotThrowAnyException();
    }

    @Test
    void refusesRulesThatMeanNothing() {
        assertThatThrownBy(() -> Network.parse("10.0.0.0/33")).hasMessageContaining("10.0.0.0/33");
        assertThatThrownBy(() -> Network.parse("10.0/8/1")).isInstanceOf(IllegalArgumentException.class);
    }

    private static HostRules rules(Map<String, String> settings) {
        return new HostRules(new SmallRyeConfigBuilder()
                .withMapping(TargetConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(TargetConfig.class));
    }
}
