-- A state file as the first released version left it (schema 1), one week into its life. Never edited.
BEGIN TRANSACTION;
CREATE TABLE day (subject INTEGER NOT NULL REFERENCES subject, day INTEGER NOT NULL, ok INTEGER NOT NULL,
            fault INTEGER NOT NULL, unknown INTEGER NOT NULL, looks INTEGER NOT NULL,
            PRIMARY KEY (subject, day)) WITHOUT ROWID;
INSERT INTO "day" VALUES(1,20400,86000000,300000,100000,1430);
INSERT INTO "day" VALUES(1,20401,86400000,0,0,1440);
CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, device TEXT NOT NULL,
            kind TEXT NOT NULL, at REAL NOT NULL, record TEXT NOT NULL);
INSERT INTO "event" VALUES(1,'school-3','gate','commissioned',1770138000.0,'{"person":"李工","serial":"SN-1"}');
INSERT INTO "event" VALUES(2,'school-3','gate','serial_changed',1770674400.0,'{"before":"SN-1","now":"SN-2"}');
CREATE TABLE evidence (subject INTEGER NOT NULL REFERENCES subject, verdict TEXT NOT NULL, at REAL NOT NULL,
            reason TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (subject, verdict)) WITHOUT ROWID;
INSERT INTO "evidence" VALUES(1,'ok',1771430400.0,'H.264 1920x1080, 25.0 frames/s','{"stream":{"codec":"h264","width":1920,"height":1080}}');
INSERT INTO "evidence" VALUES(2,'ok',1771430400.0,'H.265 1920x1080, 20.0 frames/s','{}');
INSERT INTO "evidence" VALUES(3,'fault',1771430400.0,'brightest hundredth at 3 of 255','{}');
INSERT INTO "evidence" VALUES(4,'ok',1771430400.0,'15.0 of 15 days','{"recorder":"nvr-1","required_days":15.0,"span_days":15.0,"coverage":0.99,"days":[["2026-02-05",1.0],["2026-02-06",0.75]],"gaps":[["2026-02-06T04:00:00+00:00","2026-02-06T10:00:00+00:00"]]}');
INSERT INTO "evidence" VALUES(5,'unknown',1771430400.0,'the disks could not be read','{}');
CREATE TABLE fault (id TEXT PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL,
            aspect TEXT NOT NULL, kind TEXT NOT NULL, opened REAL NOT NULL, since REAL NOT NULL, cleared REAL,
            announced REAL, parent TEXT NOT NULL, excused TEXT NOT NULL, reason TEXT NOT NULL, record TEXT NOT NULL)
            WITHOUT ROWID;
INSERT INTO "fault" VALUES('f-black','school-3','yard','picture','','black',1771358580.0,1771358400.0,NULL,1771358760.0,'','','brightest hundredth at 3 of 255','{"facts":{},"ladder":[],"picture":"faults/f-black.jpg","reopened":0,"flapping":false,"hold_until":null,"raised":[1771358580.0],"clearing":"","calm_since":null}');
INSERT INTO "fault" VALUES('f-child','school-3','gate','recording','','recording_stopped',1770854760.0,1770854400.0,1770858360.0,NULL,'f-late','','nothing new','{"facts":{},"ladder":[],"picture":"","reopened":0,"flapping":false,"hold_until":null,"raised":[],"clearing":"","calm_since":null}');
INSERT INTO "fault" VALUES('f-late','school-3','nvr-1','recorder','','recorder_unreachable',1770854400.0,1770854040.0,1770858000.0,NULL,'','灯具更换','no answer','{"facts":{},"ladder":[],"picture":"","reopened":0,"flapping":true,"hold_until":null,"raised":[],"clearing":"","calm_since":1770856200.0}');
INSERT INTO "fault" VALUES('f-refused','school-3','gate','rtsp','','unreachable',1770494580.0,1770494400.0,1770498000.0,1770494760.0,'','','connection refused','{"facts":{"port":554},"ladder":["ping: ok","tcp 554: refused"],"picture":"","reopened":1,"flapping":false,"hold_until":null,"raised":[1770494580.0,1770496200.0],"clearing":"seen ok","calm_since":null}');
CREATE TABLE login (host TEXT NOT NULL, username TEXT NOT NULL, fingerprint TEXT NOT NULL,
            ever_worked INTEGER NOT NULL, refusals INTEGER NOT NULL, refused_at REAL, rest_until REAL,
            PRIMARY KEY (host, username, fingerprint)) WITHOUT ROWID;
INSERT INTO "login" VALUES('192.0.2.21','monitor','ab12',1,0,NULL,NULL);
INSERT INTO "login" VALUES('192.0.2.22','monitor','cd34',0,1,1770152400.0,1770238800.0);
CREATE TABLE look (site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL, at REAL NOT NULL,
            seconds REAL NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, facts TEXT NOT NULL, last_success REAL,
            PRIMARY KEY (site, device, probe)) WITHOUT ROWID;
INSERT INTO "look" VALUES('school-3','gate','rtsp',1771430400.0,4.6,'seen','seen','{"stream":{"codec":"h264"}}',1771430400.0);
INSERT INTO "look" VALUES('school-3','yard','picture',1771430400.0,4.7,'seen','seen','{}',1771358328.0);
CREATE TABLE maintenance (id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, device TEXT NOT NULL,
            start REAL NOT NULL, until REAL, reason TEXT NOT NULL, person TEXT NOT NULL, ended_by TEXT);
INSERT INTO "maintenance" VALUES(1,'school-3','nvr-1',1770847200.0,1770868800.0,'灯具更换','李工','王工');
INSERT INTO "maintenance" VALUES(2,'school-3','',1771426800.0,NULL,'施工','李工',NULL);
CREATE TABLE memory (site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL, value BLOB NOT NULL,
            PRIMARY KEY (site, device, probe)) WITHOUT ROWID;
INSERT INTO "memory" VALUES('school-3','gate','picture',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F2021222324252627');
INSERT INTO "memory" VALUES('school-3','yard','rtsp',X'646967657374');
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, fault TEXT NOT NULL, action TEXT NOT NULL,
            sequence INTEGER NOT NULL, sink TEXT NOT NULL, payload TEXT NOT NULL, created REAL NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL, done_at REAL, parked TEXT,
            UNIQUE (fault, action, sequence, sink));
INSERT INTO "outbox" VALUES(1,'f-refused','open',0,'desk','{"text":"connection refused"}',1770494760.0,0,1770494760.0,1770495120.0,NULL);
INSERT INTO "outbox" VALUES(2,'f-refused','resolve',0,'desk','{"text":"seen ok"}',1770498000.0,1,1770498000.0,NULL,'404: no such ticket');
INSERT INTO "outbox" VALUES(3,'f-black','open',0,'desk','{"text":"black"}',1771358760.0,0,1771358760.0,NULL,NULL);
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO "setting" VALUES('alive',X'313737313433303430302E30');
INSERT INTO "setting" VALUES('login_salt',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
CREATE TABLE span (subject INTEGER NOT NULL REFERENCES subject, first INTEGER NOT NULL, last INTEGER NOT NULL,
            count INTEGER NOT NULL, verdict INTEGER NOT NULL, fault TEXT, reason TEXT,
            PRIMARY KEY (subject, first)) WITHOUT ROWID;
INSERT INTO "span" VALUES(1,1770134400000,1770494400000,6000,0,NULL,NULL);
INSERT INTO "span" VALUES(1,1770494400000,1770498000000,60,1,'unreachable','connection refused');
INSERT INTO "span" VALUES(3,1770134400000,1771358328000,20400,0,NULL,NULL);
INSERT INTO "span" VALUES(5,1770134400000,1771426800000,359,0,NULL,NULL);
CREATE TABLE standing (subject INTEGER PRIMARY KEY REFERENCES subject, verdict TEXT NOT NULL, fault TEXT,
            since REAL NOT NULL, reason TEXT NOT NULL, counts TEXT NOT NULL, last TEXT NOT NULL);
INSERT INTO "standing" VALUES(1,'ok',NULL,1770134400.0,'H.264 1920x1080, 25.0 frames/s','{"bad":0,"good":9,"other":0,"first_bad":null,"last_ok":1771430400.0,"last_bad":null,"first_good":null,"first_other":null,"unknown_since":null}','{"verdict":"ok","fault":null,"reason":"H.264 1920x1080, 25.0 frames/s","at":1771430400.0,"seconds":1.5,"span":[1770498000.0,1771430400.0,15540]}');
INSERT INTO "standing" VALUES(2,'ok',NULL,1770134400.0,'H.265 1920x1080, 20.0 frames/s','{"bad":0,"good":2,"other":0,"first_bad":null,"last_ok":1771430400.0,"last_bad":null,"first_good":null,"first_other":null,"unknown_since":null}','{"verdict":"ok","fault":null,"reason":"H.265 1920x1080, 20.0 frames/s","at":1771430400.0,"seconds":1.5,"span":[1770134400.0,1771430400.0,21600]}');
INSERT INTO "standing" VALUES(3,'fault','black',1771358400.0,'brightest hundredth at 3 of 255','{"bad":1200,"good":0,"other":0,"first_bad":1771358400.0,"last_ok":1771358328.0,"last_bad":1771430400.0,"first_good":null,"first_other":null,"unknown_since":null}','{"verdict":"fault","fault":"black","reason":"brightest hundredth at 3 of 255","at":1771430400.0,"seconds":1.5,"span":[1771358400.0,1771430400.0,1200]}');
INSERT INTO "standing" VALUES(4,'ok',NULL,1770138000.0,'15.0 of 15 days','{"bad":0,"good":0,"other":0,"first_bad":null,"last_ok":null,"last_bad":null,"first_good":null,"first_other":null,"unknown_since":null}','{"verdict":"ok","fault":null,"reason":"15.0 of 15 days","at":1771430400.0,"seconds":1.5,"span":[1770138000.0,1771430400.0,350]}');
INSERT INTO "standing" VALUES(5,'unknown',NULL,1771426800.0,'the disks could not be read','{"bad":0,"good":0,"other":0,"first_bad":null,"last_ok":null,"last_bad":null,"first_good":null,"first_other":null,"unknown_since":1771426800.0}','{"verdict":"unknown","fault":null,"reason":"the disks could not be read","at":1771430400.0,"seconds":1.5,"span":[1771426800.0,1771430400.0,4]}');
CREATE TABLE subject (id INTEGER PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL,
            aspect TEXT NOT NULL, UNIQUE (site, device, probe, aspect));
INSERT INTO "subject" VALUES(1,'school-3','gate','rtsp','');
INSERT INTO "subject" VALUES(2,'school-3','yard','rtsp','');
INSERT INTO "subject" VALUES(3,'school-3','yard','picture','');
INSERT INTO "subject" VALUES(4,'school-3','gate','recording','');
INSERT INTO "subject" VALUES(5,'school-3','nvr-1','recorder','disk:sda');
CREATE INDEX fault_open ON fault (site, device) WHERE cleared IS NULL;
CREATE INDEX fault_opened ON fault (opened);
CREATE INDEX fault_cleared ON fault (cleared) WHERE cleared IS NOT NULL;
CREATE INDEX fault_parent ON fault (parent) WHERE parent <> '';
CREATE INDEX outbox_due ON outbox (next_at) WHERE done_at IS NULL AND parked IS NULL;
CREATE INDEX event_device ON event (site, device, kind, at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',3);
INSERT INTO "sqlite_sequence" VALUES('maintenance',2);
INSERT INTO "sqlite_sequence" VALUES('event',2);
COMMIT;
PRAGMA user_version=1;
