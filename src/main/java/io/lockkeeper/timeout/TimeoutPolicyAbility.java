package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.Ability;
import io.lockkeeper.target.RoleFacts;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// Timeouts are set on databases by their owners, and on roles by those who may alter them.
@Singleton
class TimeoutPolicyAbility implements Ability {
    @Override
    public String kind() {
        return "timeout-policy";
    }

    @Override
    public List<String> lacks(RoleFacts role, PgSession session) {
        List<String> lacks = new ArrayList<>();
        if (!role.superuser() && !role.ownsDatabase()) {
            lacks.add("cannot set timeouts on the database, which another role owns");
        }
        if (!role.superuser() && !role.createRole()) {
            lacks.add("cannot set timeouts on other roles without CREATEROLE");
        }
        return lacks;
    }
}
