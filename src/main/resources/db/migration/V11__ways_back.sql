-- Whether migrations of a target must have a way back, or say why not.
ALTER TABLE target ADD COLUMN way_back boolean NOT NULL DEFAULT false;
